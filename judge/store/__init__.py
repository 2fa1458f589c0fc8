"""Postgres: the only user of ``asyncpg``. One module for each family of tables.

Functions take a ``Connection`` (a transaction is the caller's to open) and give back plain values; drivers' rows and
errors stay inside. May import ``judge.models`` and below. Read ``pool.py`` first.
"""
