"""Moments, as commands take and tell them."""

from __future__ import annotations

from datetime import UTC, datetime

from judge.errors import UsageError


def moment(text: str) -> datetime:
    """The moment that somebody wrote; without a zone it is UTC.

    Raises:
        UsageError: it is none.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time; write it like 2030-05-01T09:00+02:00") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def told(moment: datetime) -> str:
    """A moment to the second, as ``moment`` reads it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
