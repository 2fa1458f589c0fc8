"""What is different about a version of a problem, compared with another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from judge.models import CheckerSpec, Limits, Problem, Source, Testcase
from web.translating import N_, gettext

#: What a reader is told of fields that are more than a number.
_PARTS = {
    "grading": N_("test groups and scores changed"),
    "grader": N_("the grader changed"),
    "interactor": N_("the interactor changed"),
    "static_validator": N_("the static validator changed"),
    "includes": N_("the files that submissions are compiled with changed"),
    "languages": N_("the languages allowed changed"),
    "is_interactive": N_("whether it is interactive changed"),
    "is_submit_answer": N_("whether output files are submitted changed"),
    "allows_file_writing": N_("whether submissions may write files changed"),
    "input_file": N_("the name of the input file changed"),
    "output_file": N_("the name of the output file changed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Test cases by name, and everything else in words."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    #: With an input, an answer or flags that are others.
    changed: tuple[str, ...]
    #: Those as they were.
    same: int
    others: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.others)


def changes(old: Problem, new: Problem) -> Changes:
    """What the new one has that the old one has not, and the other way round."""
    before, after = _by_name(old), _by_name(new)
    return Changes(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name, case in after.items() if name in before and before[name] != case),
        same=sum(before.get(name) == case for name, case in after.items()),
        others=(*_limits(old.limits, new.limits), *_checker(old.checker, new.checker), *_parts(old, new)),
    )


def _by_name(problem: Problem) -> dict[str, Testcase]:
    return {case.name: case for case in problem.testcases}


def _limits(old: Limits, new: Limits) -> Iterator[str]:
    for field in fields(Limits):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after:
            yield gettext(
                "limit %(name)s: %(before)s before, now %(after)s", name=field.name, before=before, after=after
            )


def _checker(old: CheckerSpec, new: CheckerSpec) -> Iterator[str]:
    if old == new:
        return
    before, after = _called(old), _called(new)
    if before != after:
        yield gettext("checker: %(before)s before, now %(after)s", before=before, after=after)
    else:
        yield gettext("checker: %(name)s, with another source", name=after)


def _called(checker: CheckerSpec) -> str:
    return gettext(" and ").join(spec.program_name or spec.name for spec in checker.all)


def _parts(old: Problem, new: Problem) -> Iterator[str]:
    for name, words in _PARTS.items():
        if _comparable(getattr(old, name)) != _comparable(getattr(new, name)):
            yield gettext(words)


def _comparable(value: object) -> object:
    if isinstance(value, Source):
        return value.digest
    return dict(value) if isinstance(value, Mapping) else value
