"""Looking at this host, its Docker engine and a real cell for what makes judging unsafe, unfair or impossible.

Changes nothing. ``finding.py`` is what every check makes and what to read first; ``kernel.py``, ``steadiness.py`` and
``files.py`` look at the host, ``daemon.py`` and ``runtimes.py`` at the engine, ``walls.py`` and ``bounds.py``
at a cell, ``images.py`` at images. ``judge/doctor.py`` puts them together. May import what ``sandbox`` may.
"""
