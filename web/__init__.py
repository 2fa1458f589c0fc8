"""The web site: pages, live updates and forms.

The only user of ``aiohttp``. May import ``judge.queueing``, ``judge.store`` and below; never the daemon, ``sandbox`` or
``asyncpg``. Read ``app.py`` first, then ``routes.py``; who may see what is decided in ``permissions.py`` alone.
"""
