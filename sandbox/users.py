"""User ids for cells: each on this host belongs to one living cell, whatever process made it.

A process that has a cell's user id is then of that cell or a stray one, and what the kernel counts for each user is not
shared between cells. The kernel itself keeps the book: who reserves an id binds an abstract Unix socket named after it
(unix(7)), which nobody else can until the holder closes it or dies.
"""

from __future__ import annotations

import contextlib
import secrets
import socket

from judge.errors import SandboxError


class User:
    """A reserved id; ``release`` gives it back, as does the end of this process."""

    def __init__(self, uid: int, lock: socket.socket) -> None:
        self.uid = uid
        self._lock = lock

    def release(self) -> None:
        """Give the id back; may be called twice."""
        self._lock.close()


class Users:
    """Hands out ids one after the other, beginning anywhere, so that none comes back soon after its release."""

    def __init__(self, ids: range) -> None:
        self._ids = ids
        self._next = secrets.randbelow(len(ids))

    def reserve(self) -> User:
        """An id that nobody on this host has reserved.

        Raises:
            SandboxError: all are taken.
        """
        for _ in self._ids:
            uid = self._ids[self._next % len(self._ids)]
            self._next += 1
            with contextlib.ExitStack() as stack:
                lock = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
                try:
                    lock.bind(f"\0judge-user-{uid}")
                except OSError:
                    continue
                stack.pop_all()
                return User(uid, lock)
        raise SandboxError(f"all user ids from {self._ids[0]} to {self._ids[-1]} are taken by cells on this host")
