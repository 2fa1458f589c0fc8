"""What the sandbox is measured with: programs that use a known amount, peers, counts of what is left behind.

May import the rest of ``sandbox``; nothing but benches and their tests imports it. Read ``programs.py`` first: the C
files beside it are compiled in a cell, never by the host.
"""
