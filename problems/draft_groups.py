"""Reads what groups of 2023-07-draft are worth, of which there were several drafts.

    scoring: {score, aggregation, require_pass}     test_group.yaml; points that nobody named are shared out evenly
    grading: {score, max_score, aggregation}        testdata.yaml before; a group's score multiplies what is in it

Both become the rules of 2025-09, which followed from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from judge.groups import Aggregation, Grading, Group, MaxScoreRule
from problems.document import Plain
from problems.findings import Findings
from problems.metadata import Metadata
from problems.testdata import Folder

_KEYS = ("scoring", "grading")
_MOST = 1e9


def read(root: Folder, meta: Metadata, findings: Findings) -> Grading | None:
    """The rules of all groups; None where nothing has a score."""
    if not meta.kind.is_scoring:
        return None
    reader = _Reader(findings)
    members = []
    for folder in root.folders:
        if folder.name == "sample":
            rule = MaxScoreRule(max_score=None, aggregation=Aggregation.PASS_FAIL)
            members.append(Group(name=folder.name, rule=rule, members=folder.cases))
        else:
            members.append(reader.late(folder, 100.0) if reader.is_late(folder) else reader.early(folder, 1.0))
    rule = MaxScoreRule(max_score=None, aggregation=Aggregation.SUM)
    return Grading(root=Group(name="", rule=rule, members=tuple(members)), is_scoring=True)


@dataclass(slots=True)
class _Reader:
    findings: Findings
    #: Groups that may be required, with how they add up.
    seen: dict[str, Aggregation] = field(default_factory=dict)

    def is_late(self, folder: Folder) -> bool:
        """Whether the secret data is described in the words of late drafts, or not at all."""
        return not _has(folder, "grading")

    def late(self, folder: Folder, inferred: float | None) -> Group:
        """A group worth ``inferred`` unless it says else; None: as much as validators give."""
        given = self._given(folder)
        most = self._score(folder, given, "score", inferred)
        aggregation = self._aggregation(
            folder, given, Aggregation.SUM if folder.name == "secret" else Aggregation.PASS_FAIL
        )
        share = self._share(folder, most, aggregation)
        members = tuple(
            self.late(member, share) if isinstance(member, Folder) else member for member in self._whole(folder)
        )
        required = given.get("require_pass")
        names = [name for name in (required if isinstance(required, list) else [required]) if isinstance(name, str)]
        for name in names:
            if name != "sample" and self.seen.get(name) is not Aggregation.PASS_FAIL:
                text = f"require_pass: {name[:60]!r} is no pass-fail group before this one"
                self._error(folder, text)
        self.seen[folder.name] = aggregation
        rule = MaxScoreRule(max_score=most, aggregation=aggregation, require_pass=tuple(names))
        return Group(name=folder.name, rule=rule, members=members)

    def early(self, folder: Folder, factor: float) -> Group:
        """A group in which an accepted test case gives ``factor`` times what the group and those around it say."""
        given = self._given(folder)
        factor *= self._score(folder, given, "score", 1.0) or 0.0
        aggregation = self._aggregation(folder, given, Aggregation.SUM if folder.name == "secret" else Aggregation.MIN)
        members = tuple(
            self.early(member, factor) if isinstance(member, Folder) else member for member in self._whole(folder)
        )
        worth = [_worth(member, factor) for member in members]
        most = min(worth, default=0.0) if aggregation is Aggregation.MIN else sum(worth)
        return Group(name=folder.name, rule=MaxScoreRule(max_score=most, aggregation=aggregation), members=members)

    def _share(self, folder: Folder, most: float | None, aggregation: Aggregation) -> float | None:
        """What a member gets that names no score ("Maximum Score Inference")."""
        if most is None or aggregation is not Aggregation.SUM:
            return most
        named = [self._score(inner, self._given(inner), "score", None) for inner in folder.folders]
        spent = sum(score for score in named if score is not None)
        if spent > most:
            self._error(folder, f"score: its groups have {spent:g} in all, more than its own {most:g}")
        return max(0.0, most - spent) / max(1, len(folder.members) - len(named) + named.count(None))

    def _whole(self, folder: Folder) -> tuple[Folder | int, ...]:
        """Its members: groups, or test cases. Both together would share points that nobody could follow."""
        if folder.folders and len(folder.folders) < len(folder.members):
            self._error(folder, "holds groups, and test cases beside them; move these into a group")
        return folder.members

    def _given(self, folder: Folder) -> Mapping[str, Plain]:
        for key in _KEYS:
            found = folder.source.values.get(key) if folder.source is not None else None
            if isinstance(found, dict):
                return found
        return {}

    def _score(self, folder: Folder, given: Mapping[str, Plain], key: str, default: float | None) -> float | None:
        text = given.get(key)
        if text is None:
            return default
        if text == "unbounded":
            return None
        try:
            score = float(text) if isinstance(text, str) else -1.0
        except ValueError:
            score = -1.0
        if not 0 <= score <= _MOST:
            self._error(folder, f"{key}: must be a number that is not negative, or unbounded")
            return default
        return score

    def _aggregation(self, folder: Folder, given: Mapping[str, Plain], default: Aggregation) -> Aggregation:
        text = given.get("aggregation")
        if text is None:
            return default
        known = {mode.value: mode for mode in (Aggregation.PASS_FAIL, Aggregation.SUM, Aggregation.MIN)}
        if not isinstance(text, str) or text not in known:
            self._error(folder, f"aggregation: must be one of {', '.join(known)}")
            return default
        return known[text]

    def _error(self, folder: Folder, text: str) -> None:
        source = folder.source
        line = next((source.line(key) for key in _KEYS if key in source.values), None) if source else None
        self.findings.error(source.file if source else f"data/{folder.name}", text, line=line)


def _has(folder: Folder, key: str) -> bool:
    """Whether a group file here or below has the key."""
    is_here = folder.source is not None and key in folder.source.values
    return is_here or any(_has(inner, key) for inner in folder.folders)


def _worth(member: Group | int, factor: float) -> float:
    if isinstance(member, Group) and isinstance(member.rule, MaxScoreRule):
        return member.rule.max_score or 0.0
    return factor
