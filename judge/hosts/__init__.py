"""Judgehosts and daemons: processes that claim judgings and judge them, on one machine or many, and who watches them.

``daemon.py`` claims, ``executor.py`` judges what it claimed, ``worker.py`` does so for a daemon elsewhere.
"""
