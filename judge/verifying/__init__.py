"""Verifying problem packages: lint, input validators, every jury submission on every test case, and what it tells.

``package.py`` verifies one package and is the one to read first; ``report.py`` is what came of it, ``terminal.py`` and
``page.py`` show that. Nothing here knows the database.
"""
