"""A contest simulated: how long judgings wait with how many slots. ``model.py`` first.

Nothing here judges: it takes costs that were measured, and queues by the same rules as ``judge/store/judgings.py``.
"""
