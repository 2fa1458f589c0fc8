"""Judging output: the built-in checkers, those of plug-ins, and the calling conventions of output validators.

A checker runs nothing and opens nothing itself: it is handed binary streams, so each tests as a pure function. May
import ``judge.models``, ``judge.errors`` and below. Read ``base.py`` first.
"""
