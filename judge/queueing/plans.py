"""From what somebody typed to the plan of a rejudging: the same words on the command line, in forms and over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from judge.errors import UsageError
from judge.recipes.languages import languages
from judge.store.rejudgings import Part, Plan
from judge.store.selections import MOST_IDS, Selection, Target
from judge.verdicts import Verdict

#: No id is larger.
_MOST_DIGITS = 18
_YES = ("1", "yes", "true", "on")
_WHO = {"": None, "all": None, "jury": True, "contestants": False}


def plan(fields: Mapping[str, str]) -> Plan:
    """What to judge again, with what, how often, and why.

    Raises:
        UsageError: a field says nothing that can be meant.
    """
    repeats = _text(fields, "repeats") or "1"
    return Plan(
        reason=_text(fields, "reason"),
        selection=selection(fields),
        target=target(fields),
        repeats=_number(repeats, "how often to judge"),
        is_fresh=_is_set(fields, "fresh"),
    )


def selection(fields: Mapping[str, str]) -> Selection:
    """Which submissions.

    Raises:
        UsageError: a field says nothing that can be meant.
    """
    who = _text(fields, "who")
    if who not in _WHO:
        raise UsageError("%(who)r are nobody's submissions: say jury, contestants or all", who=who)
    judged_version = _text(fields, "judged_version")
    return Selection(
        submission_ids=_ids(_text(fields, "ids")),
        contest=_name(fields, "contest"),
        problem=_name(fields, "problem"),
        language=_language(_text(fields, "language")),
        login=_name(fields, "team"),
        verdicts=tuple(_verdict(word) for word in _text(fields, "verdicts").replace(",", " ").split()),
        judgehost=_name(fields, "judgehost"),
        submitted_from=_time(_text(fields, "submitted_from")),
        submitted_until=_time(_text(fields, "submitted_until")),
        judged_from=_time(_text(fields, "judged_from")),
        judged_until=_time(_text(fields, "judged_until")),
        version_id=_number(judged_version, "the version judged with") if judged_version else None,
        is_stale=_is_set(fields, "stale"),
        is_jury=_WHO[who],
    )


def target(fields: Mapping[str, str]) -> Target:
    """What to judge with: live, same, or the number of a version.

    Raises:
        UsageError: it is none of these.
    """
    version = _text(fields, "version")
    if version in ("", "live"):
        return Target()
    if version == "same":
        return Target(keeps_versions=True)
    return Target(version_id=_number(version, "the version: live, same, or one"))


def part(fields: Mapping[str, str]) -> Part:
    """Which of a rejudging's submissions.

    Raises:
        UsageError: a field says nothing that can be meant.
    """
    old, new = _text(fields, "old"), _text(fields, "new")
    return Part(
        submission_ids=_ids(_text(fields, "ids")),
        contest=_name(fields, "contest"),
        problem=_name(fields, "problem"),
        language=_language(_text(fields, "language")),
        login=_name(fields, "team"),
        old=_verdict(old) if old else None,
        new=_verdict(new) if new else None,
        is_changed=_is_set(fields, "changed"),
        takes_errors=_is_set(fields, "errors"),
        takes_overrides=_is_set(fields, "overrides"),
    )


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").strip()


def _is_set(fields: Mapping[str, str], name: str) -> bool:
    return _text(fields, name).lower() in _YES


def _name(fields: Mapping[str, str], name: str) -> str | None:
    text = _text(fields, name)
    if not text.isprintable():
        raise UsageError("%(name)s: that is no name", name=name)
    return text or None


def _language(text: str) -> str | None:
    # One whose recipe is gone has submissions all the same, but nobody can judge them.
    if text and text not in languages():
        raise UsageError("there is no language %(text)r", text=text)
    return text or None


def _verdict(text: str) -> Verdict:
    try:
        return Verdict(text.upper())
    except ValueError:
        raise UsageError(
            "%(text)r is no verdict: say one of %(verdicts)s", text=text, verdicts=", ".join(Verdict)
        ) from None


def _time(text: str) -> datetime | None:
    """A time; without a zone it is UTC."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError("%(text)r is no time; write it like 2030-05-01T09:00+02:00", text=text) from None


def _ids(text: str) -> tuple[int, ...]:
    """Ids of submissions, and ranges of them: ``3, 5-8``."""
    found: list[int] = []
    for word in text.replace(",", " ").split():
        first, _, last = word.partition("-")
        start = _number(first, "a submission")
        end = _number(last, "a submission") if last else start
        if end - start >= MOST_IDS or len(found) >= MOST_IDS:
            raise UsageError("more than %(most)s ids are too many; use a filter", most=MOST_IDS)
        found += range(start, end + 1)
    return tuple(dict.fromkeys(found))


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise UsageError("%(what)s: %(text)r is no number", what=what, text=text[:50])
    return int(text)
