"""The self-test: hostile programs, judged like any submission, after which the host has to be as it was.

``suite.py`` is where to begin. May import what ``judge.single`` may. pytest judges the same programs with this code.

    programs.py   what the programs say of themselves in their heads
    rows.py       what is covered: a row for each kind of attack, and the programs that try it
    bait.py       what a program must not reach on this host
    cells.py      a pool that keeps an eye on its cells
    traces.py     the host, before and after
    court.py      judging one program, and all that has to hold afterwards
"""
