"""Points and groups of a Polygon package, as the groups that ``judge.pipeline.grading`` evaluates."""

from __future__ import annotations

from collections.abc import Sequence

from judge.groups import Grading, Group, PointsRule
from problems.findings import Findings
from problems.polygon.judging import Group as Listed
from problems.polygon.judging import Judging, Test


def read(judging: Judging, tests: Sequence[Test], findings: Findings, *, gives_points: bool) -> Grading | None:
    """How points add up; None where there are none, so that only the verdict counts.

    Args:
        judging: what problem.xml says.
        tests: the tests of the problem's test cases, in the same order.
        findings: takes what is wrong.
        gives_points: whether the checker may give points whatever the tests are worth.
    """
    worth = [test.points for test in tests] + [group.rule.points for group in judging.groups]
    if not any(worth) and not gives_points:
        # Tools write points="0.0" for each test of problems that have no points at all.
        return None
    members: dict[str, list[int]] = {}
    for index, test in enumerate(tests):
        members.setdefault(test.group, []).append(index)
    listed = {group.name: group for group in judging.groups}
    for name, indices in members.items():
        if name and name not in listed:
            listed[name] = Listed(name=name, line=tests[indices[0]].line, rule=PointsRule())
    groups = tuple(
        Group(name=group.name, rule=group.rule, members=tuple(members.get(group.name, ())))
        for group in _ordered(listed, findings)
        if group.name in members or group.rule.dependencies or group.rule.points
    )
    without = tuple(members.get("", ())) if "" not in listed else ()
    return Grading(root=Group(name="", rule=PointsRule(), members=(*without, *groups)), is_scoring=True)


def _ordered(listed: dict[str, Listed], findings: Findings) -> list[Listed]:
    """The groups, each behind those that it depends on, and otherwise in the file's order."""
    ordered: list[Listed] = []
    done: set[str] = set()
    for group in listed.values():
        for name in group.rule.dependencies:
            if name not in listed:
                text = f"group {group.name!r} depends on {name[:60]!r}, which there is not"
                findings.error("problem.xml", text, line=group.line)
                done.add(name)
    waiting = list(listed.values())
    while waiting:
        ready = next((group for group in waiting if done.issuperset(group.rule.dependencies)), None)
        if ready is None:
            names = ", ".join(repr(group.name[:60]) for group in waiting)
            findings.error("problem.xml", f"groups depend on each other in a circle: {names}", line=waiting[0].line)
            return [*ordered, *waiting]
        waiting.remove(ready)
        ordered.append(ready)
        done.add(ready.name)
    return ordered
