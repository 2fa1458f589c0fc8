"""What waits and who gets it next: the verbs of the queue, and all kinds of work beside submissions.

``queue.py`` is the one to read first. Each verb is one transaction; the statements are ``judge/store``'s.
"""
