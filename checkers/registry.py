"""The built-in checkers, by the name a problem gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from checkers.base import Checker, CheckerFailure
from checkers.lines import Lines
from checkers.tokens import Tokens

BUILTIN: Mapping[str, Callable[[Sequence[str]], Checker]] = MappingProxyType({"tokens": Tokens, "lines": Lines})


def make(name: str, flags: Sequence[str]) -> Checker:
    """The built-in checker of that name, for these flags.

    Raises:
        CheckerFailure: there is none, or it cannot make sense of the flags.
    """
    if name not in BUILTIN:
        raise CheckerFailure(f"unknown checker {name!r}; there are: {', '.join(BUILTIN)}")
    return BUILTIN[name](flags)
