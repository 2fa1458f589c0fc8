"""The database schema, in order: Alembic revisions with plain SQL inside.

Imports nothing of ours. ``README.md`` says the rule for a new revision; ``versions/0001_first.sql`` is the place to
start reading.
"""
