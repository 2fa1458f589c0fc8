"""One judging, from source to verdict: compile, run, check, grade. Knows neither database nor queue.

``judging.py`` is the one to read first; it needs a ``Room`` (``room.py``), which has the cells.
"""
