"""The daemon: what a judging is and who does it.

Reads from the queue in Postgres, drives ``sandbox`` and ``checkers``, records verdicts. May import ``problems``,
``checkers`` and ``sandbox``; never ``web``. Read ``models.py`` first, then ``pipeline/judging.py``.
"""
