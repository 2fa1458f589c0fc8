"""Problem packages: reading one from its directory into plain values, and saying everything that is wrong with it.

Runs nothing and trusts nothing: a package is whatever somebody uploaded. May import ``judge.recipes``,
``judge.models``, ``judge.groups``, ``judge.errors``, and ``checkers`` for the built-in checkers' flags. Read
``package.py`` first. ``samples/`` holds our own packages, ``skeletons/`` what ``judge problem new`` begins with.
"""
