"""Decides where test cases stand in a package of the format 2025-09, and what their groups are worth.

There a group is a folder of ``data/secret``, groups are not nested, and where there is one group all secret test cases
are in groups ("Test data groups"). Scores are those of "Scoring problems": whole numbers for groups that are passed or
failed, shares for the test cases of others. What has no such form is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from judge.groups import Aggregation, Group, LegacyRule, MaxScoreRule, PointsRule
from judge.models import Convention, Problem, Testcase
from problems.exporting.folder import CannotExport, fit
from problems.polygon import checkers


@dataclass(slots=True)
class Layout:
    """Names below ``data/``, and configuration of groups."""

    #: New names of test cases, by their own.
    names: dict[str, str] = field(default_factory=dict)
    #: ``test_group.yaml`` by the group's path below ``data/``.
    groups: dict[str, dict[str, object]] = field(default_factory=dict)
    #: Flags of the output validator that test cases get beside their own.
    flags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def layout(problem: Problem) -> Layout:
    """Where everything stands.

    Raises:
        CannotExport: the problem's groups mean something that the format has no words for.
    """
    grading = problem.grading
    if grading is None or not grading.is_scoring:
        if grading is not None and not _is_plain(grading.root):
            raise CannotExport("groups that change the verdict of a problem without scores")
        return _by_name(problem)
    if grading.is_smaller_better:
        raise CannotExport("scores of which less is better")
    rule = grading.root.rule
    if isinstance(rule, PointsRule):
        return _Points(problem, grading.root).layout()
    return _by_folder(problem, grading.root)


def _by_name(problem: Problem) -> Layout:
    """Folders as they are where the format allows them, else flattened."""
    found = Layout()
    secret = [PurePosixPath(case.name).parts[1:] for case in problem.testcases if not case.is_sample]
    is_flat = len({len(parts) > 1 for parts in secret}) > 1
    taken: set[str] = set()
    for case in problem.testcases:
        top, *rest = PurePosixPath(case.name).parts
        parts = [fit(part) for part in rest]
        name = f"{top}/{'-'.join(parts) if is_flat or case.is_sample else '/'.join(parts)}"
        # Zips are refused in which two names are one where upper and lower case are the same.
        while name.casefold() in taken or name.endswith("/test_group"):
            name += "_"
        taken.add(name.casefold())
        found.names[case.name] = name
    if any(case.name != found.names[case.name] for case in problem.testcases):
        found.notes.append("some test cases have other names: folders may not be nested as they were")
    _check_order(problem, found)
    return found


def _check_order(problem: Problem, found: Layout) -> None:
    """The format orders test cases by name."""
    names = [found.names[case.name] for case in problem.testcases]
    if sorted(names) != names:
        found.notes.append("test cases are in another order: here they follow their names")


def _is_plain(group: Group) -> bool:
    """Whether a group passes just if all in it does."""
    rule = group.rule
    if isinstance(rule, LegacyRule) and (
        rule.verdict == "always_accept" or rule.accepts_if_any or rule.ignores_sample or rule.grader_flags is not None
    ):
        return False
    return all(_is_plain(member) for member in group.members if isinstance(member, Group))


def _whole(value: float, what: str) -> int:
    if not math.isfinite(value) or value != int(value) or value < 0:
        raise CannotExport(f"{what} is worth {value:g}; the format takes whole numbers of points only")
    return int(value)


def _cases(group: Group) -> Iterator[int]:
    for member in group.members:
        if isinstance(member, Group):
            yield from _cases(member)
        else:
            yield member


# Groups that are folders already: the legacy format, and 2025-09 itself.


def _by_folder(problem: Problem, root: Group) -> Layout:
    found = _by_name(problem)
    secret = next((group for group in root.members if isinstance(group, Group) and group.name == "secret"), None)
    if secret is None:
        raise CannotExport("a problem with scores and without a group for its secret test cases")
    groups = [member for member in secret.members if isinstance(member, Group)]
    if groups and any(isinstance(member, int) for member in secret.members):
        raise CannotExport("test cases beside groups in data/secret; put them into a group of their own")
    for group in groups:
        found.groups[f"secret/{_folder(group, found, problem)}"] = _config(group, problem)
    found.groups["secret"] = _root_config(secret, groups, found, problem)
    rules = [group.rule for group in (root, *(member for member in root.members if isinstance(member, Group)))]
    sample = rules[1] if len(rules) > 1 and isinstance(rules[0], LegacyRule) else None
    if isinstance(rules[0], LegacyRule) and isinstance(sample, LegacyRule) and not rules[0].ignores_sample:
        found.notes.append("samples give no points here")
    return found


def _folder(group: Group, found: Layout, problem: Problem) -> str:
    first = next(_cases(group), None)
    if first is None:
        raise CannotExport(f"the group {group.name} without a test case")
    return PurePosixPath(found.names[problem.testcases[first].name]).parts[1]


def _config(group: Group, problem: Problem) -> dict[str, object]:
    rule = group.rule
    if isinstance(rule, MaxScoreRule):
        return _max_score_config(rule)
    assert isinstance(rule, LegacyRule)
    if rule.grader_flags is not None or rule.verdict == "always_accept" or rule.accepts_if_any:
        raise CannotExport(f"the grader of {group.name}; the format knows sum, min and pass-fail")
    if not _is_flat(group):
        raise CannotExport(f"groups within {group.name} that count otherwise; here groups are not nested")
    if rule.reject_score:
        raise CannotExport(f"points for failing in {group.name}")
    if rule.score not in (Aggregation.SUM, Aggregation.MIN):
        raise CannotExport(f"score {rule.score.value} in {group.name}; the format knows sum, min and pass-fail")
    grading = problem.grading
    is_given = grading is not None and grading.wants_scores
    may_be_given = grading is not None and grading.takes_scores
    count = sum(1 for _ in _cases(group)) if rule.score is Aggregation.SUM else 1
    most = rule.most if is_given else rule.accept_score * count
    if may_be_given and rule.most > most:
        raise CannotExport(f"scores in {group.name} that may be more than accepting is worth")
    aggregation = "min" if is_given or may_be_given else "pass-fail"
    return {
        "max_score": _bounded(most, group.name),
        "score_aggregation": "sum" if rule.score is Aggregation.SUM else aggregation,
    }


def _is_flat(group: Group) -> bool:
    """Whether groups within a group change nothing: the sum of sums is a sum, and the least of what is least."""
    rule = group.rule
    for member in group.members:
        if not isinstance(member, Group):
            continue
        inner = member.rule
        if not isinstance(rule, LegacyRule) or not isinstance(inner, LegacyRule) or not _is_plain(member):
            return False
        ours, theirs = ((some.score, some.accept_score, some.reject_score) for some in (rule, inner))
        if ours != theirs or not _is_flat(member):
            return False
    return True


def _bounded(most: float, what: str) -> int | str:
    return "unbounded" if math.isinf(most) else _whole(most, what)


def _max_score_config(rule: MaxScoreRule) -> dict[str, object]:
    config: dict[str, object] = {
        "max_score": "unbounded" if rule.max_score is None else _whole(rule.max_score, "a group"),
        "score_aggregation": rule.aggregation.value,
    }
    if rule.require_pass:
        config["require_pass"] = list(rule.require_pass)
    if rule.must_pass_static:
        config["static_validation_score"] = "pass-fail"
    elif rule.static_score is not None:
        config["static_validation_score"] = _whole(rule.static_score, "static validation")
    if rule.static_flags:
        config["static_validator_args"] = list(rule.static_flags)
    return config


def _root_config(secret: Group, groups: list[Group], found: Layout, problem: Problem) -> dict[str, object]:
    if isinstance(secret.rule, MaxScoreRule):
        return _max_score_config(secret.rule)
    if not groups:
        return _config(secret, problem)
    assert isinstance(secret.rule, LegacyRule)
    if secret.rule.score is not Aggregation.SUM or secret.rule.grader_flags is not None:
        raise CannotExport(f"score {secret.rule.score.value} of all groups together; here they add up")
    if not secret.rule.accepts_if_any:
        found.notes.append("a submission that fails a group keeps the points of the others here")
    return {"max_score": _total(found.groups.values()), "score_aggregation": "sum"}


def _total(configs: Iterable[Mapping[str, object]]) -> int | str:
    total = 0
    for config in configs:
        most = config["max_score"]
        if not isinstance(most, int):
            return "unbounded"
        total += most
    return total


class _Points:
    """Groups of Polygon: each a folder with a number in front of its name, for the format orders by name."""

    def __init__(self, problem: Problem, root: Group) -> None:
        self._problem = problem
        self._root = root
        self._found = Layout()
        #: Folders of each group, by its name: where test cases of one group are worth differently there are several.
        self._folders: dict[str, list[str]] = {}
        #: Whether our wrapper can say what each test case gives, so that nothing has to be a whole number.
        self._can_say = problem.checker.convention is Convention.TESTLIB and problem.checker.program is not None
        self._gives_points = checkers.gives_points(problem.checker)
        #: Groups that others depend on, which here may only be passed or failed.
        self._needed = {
            name
            for group in root.members
            if isinstance(group, Group) and isinstance(group.rule, PointsRule)
            for name in group.rule.dependencies
        }

    def layout(self) -> Layout:
        loose = tuple(member for member in self._root.members if isinstance(member, int))
        groups = [member for member in self._root.members if isinstance(member, Group)]
        if loose:
            groups.insert(0, Group(name="", rule=PointsRule(), members=loose))
        for number, group in enumerate(groups, start=1):
            self._place(number, group)
        configs = [config for name, config in self._found.groups.items() if name != "secret"]
        self._found.groups = {
            "secret": {"max_score": _total(configs), "score_aggregation": "sum"},
            **self._found.groups,
        }
        _check_order(self._problem, self._found)
        return self._found

    def _place(self, number: int, group: Group) -> None:
        rule = group.rule
        assert isinstance(rule, PointsRule)
        cases = [self._problem.testcases[index] for index in _cases(group)]
        samples = [case for case in cases if case.is_sample]
        for case in samples:
            self._found.names[case.name] = f"sample/{fit(PurePosixPath(case.name).name)}"
        if any(case.points for case in samples) or (samples and rule.is_complete and rule.points):
            self._found.notes.append("samples are worth points; here they are not, and the sum is less")
        self._folders[group.name] = ["sample"] if samples else []
        cases = [case for case in cases if not case.is_sample]
        if not cases:
            return
        folder = f"secret/{number:02d}" + (f"-{fit(group.name)}" if group.name else "")
        if rule.is_complete:
            worth = rule.points if rule.points is not None else sum(case.points or 0.0 for case in cases)
            config: dict[str, object] = {"max_score": _whole(worth, folder), "score_aggregation": "pass-fail"}
            self._take(group, folder, cases, config)
        else:
            self._take_each(group, folder, cases)

    def _take_each(self, group: Group, folder: str, cases: list[Testcase]) -> None:
        """Test cases that count one by one."""
        if group.name in self._needed:
            self._take_alone(group, folder, cases)
            return
        worth = {case.points or 0.0 for case in cases}
        total = sum(case.points or 0.0 for case in cases)
        if len(worth) == 1 and total == int(total) and not self._gives_points:
            self._take(group, folder, cases, {"max_score": int(total), "score_aggregation": "sum"})
        elif self._can_say:
            for case in cases:
                self._found.flags[case.name] = ("points", f"{case.points or 0.0:g}")
            self._take(group, folder, cases, {"max_score": "unbounded", "score_aggregation": "sum"})
        else:
            by_worth: Mapping[float, list[Testcase]] = {
                points: [case for case in cases if (case.points or 0.0) == points] for points in sorted(worth)
            }
            for letter, (points, some) in enumerate(by_worth.items(), start=1):
                most = _whole(points * len(some), folder)
                self._take(group, f"{folder}-{letter}", some, {"max_score": most, "score_aggregation": "sum"})

    def _take_alone(self, group: Group, folder: str, cases: list[Testcase]) -> None:
        """Each test case as a group of its own, for a group that others depend on."""
        if self._gives_points:
            raise CannotExport(f"a checker that gives points in {group.name}, a group that others depend on")
        for case in cases:
            name = f"{folder}-{fit(PurePosixPath(case.name).name)}"
            most = _whole(case.points or 0.0, case.name)
            self._take(group, name, [case], {"max_score": most, "score_aggregation": "pass-fail"})

    def _take(self, group: Group, folder: str, cases: list[Testcase], config: dict[str, object]) -> None:
        assert isinstance(group.rule, PointsRule)
        needed = [name for dependency in group.rule.dependencies for name in self._folders.get(dependency, ())]
        if needed:
            config["require_pass"] = list(dict.fromkeys(needed))
        for case in cases:
            self._found.names[case.name] = f"{folder}/{fit(PurePosixPath(case.name).name)}"
        self._found.groups[folder] = config
        self._folders[group.name].append(folder)
