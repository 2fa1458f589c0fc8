"""Running untrusted code: cells, boxes and the images they live in.

Knows nothing of submissions, problems or verdicts: a run is an argument vector with limits, and its outcome is numbers.
The only user of the ``docker`` package. May import ``judge.errors`` and ``judge.config``. Read ``spec.py`` and
``outcome.py`` first, then ``cell.py``; ``interaction.py`` has two cells' programs talk to each other.
``launcher/`` is the C program that is PID 1 of every cell.
"""
