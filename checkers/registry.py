"""The checkers there are, by the name a problem gives: those built in, and those that installed packages add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from checkers import plugins
from checkers.base import Checker, CheckerFailure
from checkers.identical import Identical
from checkers.lines import Lines
from checkers.tokens import Tokens
from checkers.unordered import Unordered

BUILTIN: Mapping[str, Callable[[Sequence[str]], Checker]] = MappingProxyType(
    {"tokens": Tokens, "lines": Lines, "identical": Identical, "unordered": Unordered}
)
#: What a checker may not be called: it stands for a program of the package's own.
_TAKEN = frozenset({"program", *BUILTIN})


def names() -> tuple[str, ...]:
    """All names that ``make`` knows, those built in first. Plug-ins are not loaded for it."""
    return (*BUILTIN, *sorted(plugins.found().keys() - _TAKEN))


def make(name: str, flags: Sequence[str]) -> Checker:
    """The checker of that name, for these flags.

    Raises:
        CheckerFailure: there is none, it cannot be loaded, or it cannot make sense of the flags.
    """
    if name in BUILTIN:
        return BUILTIN[name](flags)
    if name not in _TAKEN and name in plugins.found():
        return plugins.make(name, flags)
    raise CheckerFailure(f"unknown checker {name!r}; there are: {', '.join(names())}")
