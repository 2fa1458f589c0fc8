"""Passwords: argon2id, off the event loop, taking as long for an unknown login as for a known one."""

from __future__ import annotations

import asyncio
from collections.abc import Set as AbstractSet
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from judge.errors import UsageError
from web.translating import gettext

MIN_LENGTH = 8
#: Longer ones only make hashing dearer.
MAX_LENGTH = 200

#: Each hashing takes 64 MiB and a core for a while: more at once would let a flood of logins starve everything else.
_AT_ONCE = 2

#: Passwords that people choose most often, and words that they put a year or a sign behind.
_COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text().split())
_SITE = "judge"
_SHORTEST_WORD = 3
#: So many characters beside a word are not worth much.
_LITTLE = 3


class Passwords:
    """Hashes and verifies. Belongs to one event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        async with self._free:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one hashed. None is hashed against all the same, so that time tells nothing."""
        if self._decoy is None:
            self._decoy = await self.hash("the password of nobody")
        async with self._free:
            is_right = await asyncio.to_thread(self._verify, password_hash or self._decoy, password)
        return is_right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was hashed with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def check_strength(password: str, *, login: str) -> None:
    """Refuse a password that would be guessed at once.

    Raises:
        UsageError: says what a password must be.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise UsageError(
            gettext(
                "A password has %(least)s to %(most)s characters.",
                least=MIN_LENGTH,
                most=MAX_LENGTH,
            )
        )
    if len(set(password)) < 4 or _is_guessed(password.lower(), {login.lower(), _SITE}):
        raise UsageError(gettext("That password is too easy to guess."))


def _is_guessed(password: str, own: AbstractSet[str]) -> bool:
    """Whether it is among those that are tried first, or one of these words with next to nothing beside it."""
    if password in _COMMON:
        return True
    words = (word for word in {*_COMMON, *own} if len(word) >= _SHORTEST_WORD)
    return any(word in password and not _is_much(password.replace(word, "")) for word in words)


def _is_much(rest: str) -> bool:
    return len(rest) > _LITTLE and any(char.isalpha() for char in rest)
