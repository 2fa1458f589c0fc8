"""Which passwords are refused where people choose them."""

from __future__ import annotations

import secrets

import pytest

from judge.errors import UsageError
from web.identity.passwords import check_strength


@pytest.mark.parametrize(
    "password",
    [
        *("12345678", "password", "Password1!", "PASSWORD2026", "qwertz123", "1q2w3e4r", "iloveyou", "P@ssw0rd"),
        *("hellohello", "!!sunshine!!", "football99", "abcabcab", "short"),
        # The login, and the name of the site.
        *("lovelace", "Lovelace1815", "lovelacelovelace", "judge123", "JudgeJudge"),
    ],
)
def test_what_is_guessed_first(password: str) -> None:
    """The most common ones, the login and the site's name are refused, also with figures or signs beside them."""
    with pytest.raises(UsageError):
        check_strength(password, login="Lovelace")


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "a new password", "judge me not", "sunshine over Leeds", "xq7-vanilla", "ad adze ad"],
)
def test_what_is_taken(password: str) -> None:
    """A common word among others does no harm, nor does a login that is hardly a word."""
    check_strength(password, login="ad")


def test_generated_ones_are_taken() -> None:
    """What is made of random bytes is never refused but by chance that does not happen."""
    for _ in range(1000):
        check_strength(secrets.token_urlsafe(12), login="ada")
