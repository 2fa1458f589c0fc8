"""Who somebody is: passwords, one-time codes, providers, addresses, tokens and sessions.

Every way of logging in ends in ``logins.py``; what one may do then is ``web/permissions.py``'s.
"""
