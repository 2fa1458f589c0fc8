"""Measuring: what each part costs, beside a peer or the physical limit in the same run.

Every figure comes from work that was really done here and now. Read ``figures.py`` first.
"""
