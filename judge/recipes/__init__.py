"""Languages: recipes read and checked, the programs that show that one works, and what each host's images say.

``languages.py`` is the one to read first. The recipes themselves are data in ``languages/`` at the top.
"""
