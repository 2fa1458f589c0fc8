"""Settings as they may be shown: what is set, where that was said, and nothing that is secret."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from judge.config import Settings

#: Parts of names of settings whose values are nobody's business.
_SECRET = ("secret", "password", "token", "access_key")


class Origin(StrEnum):
    """Where a setting's value was said."""

    ENVIRONMENT = "environment"
    FILE = "judge.toml"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One setting."""

    name: str
    #: None: not set. What cannot be shown without its secrets is empty.
    value: str | None
    is_secret: bool
    origin: Origin


def told(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[Told]:
    """All settings, by name, those first that somebody has set."""
    named = {name.upper() for name in environment}
    found = [_told(settings, name, named) for name in sorted(type(settings).model_fields)]
    return sorted(found, key=lambda each: each.origin is Origin.DEFAULT)


def _told(settings: Settings, name: str, environment: set[str]) -> Told:
    value = getattr(settings, name)
    if f"JUDGE_{name.upper()}" in environment:
        origin = Origin.ENVIRONMENT
    else:
        origin = Origin.FILE if name in settings.model_fields_set else Origin.DEFAULT
    if value is None:
        return Told(name=name, value=None, is_secret=False, origin=origin)
    shown = _shown(name, value)
    return Told(name=name, value=shown or "", is_secret=shown is None, origin=origin)


def _shown(name: str, value: object) -> str | None:
    """The value as text; None where it cannot be told without a secret."""
    if isinstance(value, SecretStr) or any(part in name for part in _SECRET):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    text = str(value)
    return _without_password(text) if "://" in text else text


def _without_password(address: str) -> str | None:
    """An address without user, password and query. Passwords may have any sign in them, so that doubt tells nothing."""
    head, _, query = address.partition("?")
    if "@" in query:
        return None
    scheme, _, rest = head.partition("://")
    _, at, host = rest.rpartition("@")
    return f"{scheme}://{'…@' if at else ''}{host}{'?…' if query else ''}"
