"""Reads ``testdata.yaml`` of the legacy format: what each group of test cases is worth ("Test Data Groups" there).

Each key is that of the nearest directory that sets it, as Kattis reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from judge.groups import Aggregation, Grading, Group, LegacyRule
from problems.document import Document, Plain
from problems.findings import Findings
from problems.metadata import Metadata, are_usable_flags, words
from problems.testdata import Folder

_VerdictMode: TypeAlias = Literal["worst_error", "first_error", "always_accept"]
_SCORE_MODES = {mode.value: mode for mode in (Aggregation.SUM, Aggregation.AVG, Aggregation.MIN, Aggregation.MAX)}
#: Older than the format, and the same as its default.
_ALIASES = {"no_errors": "worst_error"}
_SCORE_KEYS = ("accept_score", "reject_score", "range")
#: Of ``grading: {on_reject: ...}`` in problem.yaml: whether judging stops at the first failure.
_ANCIENT_POLICIES = {"first_error": True, "worst_error": False, "grade": False}
#: Keys by which a draft's package is known to follow these rules rather than its own.
_MARKS = frozenset({"on_reject", "grader_flags", *_SCORE_KEYS})


def are_meant(root: Folder) -> bool:
    """Whether some group file has keys that only this format has."""
    return any(folder.source is not None and _MARKS & set(folder.source.values) for folder in _all(root))


def read(root: Folder, meta: Metadata, findings: Findings, *, has_grader: bool) -> Grading | None:
    """The rules of all groups; None where they could change neither verdict nor score."""
    reader = _Reader(findings, is_scoring=meta.kind.is_scoring, has_grader=has_grader)
    group = reader.group(root, reader.ancient(meta.grading))
    if not meta.kind.is_scoring and (meta.format == "domjudge" or not reader.changes_verdicts):
        # DOMjudge gives the first failure's verdict whatever the groups say.
        return None
    return Grading(
        root=group,
        is_scoring=meta.kind.is_scoring,
        is_smaller_better=meta.is_smaller_better,
        wants_scores=meta.kind.wants_scores,
        # The drafts have no word by which a validator's scores are announced.
        takes_scores=meta.format == "2023-07-draft" and meta.kind.is_scoring and bool(meta.kind.has_validator),
    )


@dataclass(slots=True)
class _Reader:
    findings: Findings
    is_scoring: bool
    has_grader: bool
    #: Whether some rule gives another verdict than that of the first failure.
    changes_verdicts: bool = False

    def ancient(self, source: Document | None) -> LegacyRule:
        """What ``grading`` in problem.yaml says of all groups, in packages older than the format."""
        if source is None or not self.is_scoring:
            return LegacyRule()
        breaks = _ANCIENT_POLICIES.get(str(source.values.get("on_reject")), True)
        least, most = self._range(source, LegacyRule())
        return LegacyRule(
            breaks=breaks,
            accept_score=self._number(source, "accept_score", 1.0),
            reject_score=self._number(source, "reject_score", 0.0),
            least=least,
            most=most,
        )

    def group(self, folder: Folder, around: LegacyRule) -> Group:
        rule = around if folder.source is None else self._rule(folder, folder.source, around)
        if rule != LegacyRule():
            self.changes_verdicts |= not rule.breaks or rule.accepts_if_any or rule.grader_flags is not None
            self.changes_verdicts |= rule.verdict == "always_accept" or rule.ignores_sample
        # The flag is for the root alone, where the first of two members is the sample group, if there is one.
        inherited = replace(rule, ignores_sample=False)
        read = [self.group(member, inherited) if isinstance(member, Folder) else member for member in folder.members]
        # A group without a test case has no result; the transcripts of interactive problems often are all the samples.
        members = tuple(
            group for group, member in zip(read, folder.members, strict=True) if isinstance(member, int) or member.cases
        )
        if rule.ignores_sample:
            has_sample = any(isinstance(member, Group) and member.name == "sample" for member in members)
            # Stopping after a sample that does not count would leave nothing that does.
            rule = replace(rule, ignores_sample=has_sample, breaks=False)
        return Group(name=folder.name, rule=rule, members=members)

    def _rule(self, folder: Folder, source: Document, around: LegacyRule) -> LegacyRule:
        rule = replace(around, breaks=self._breaks(source, around))
        rule = self._graded(folder, source, rule)
        for key in _SCORE_KEYS:
            if source.values.get(key) is not None and not self.is_scoring:
                text = f"{key} means nothing without `type: scoring`"
                self.findings.warning(source.file, text, line=source.line(key))
        if not self.is_scoring:
            return rule
        least, most = self._range(source, around)
        return replace(
            rule,
            accept_score=self._number(source, "accept_score", around.accept_score),
            reject_score=self._number(source, "reject_score", around.reject_score),
            least=least,
            most=most,
        )

    def _breaks(self, source: Document, around: LegacyRule) -> bool:
        given = source.values.get("on_reject")
        if given is None:
            return around.breaks
        if given not in ("break", "continue"):
            self.findings.error(source.file, "on_reject: must be break or continue", line=source.line("on_reject"))
        return given == "break"

    def _graded(self, folder: Folder, source: Document, around: LegacyRule) -> LegacyRule:
        """The grader, and what its flags say: their meaning is ours to know only for the default one."""
        grading = source.values.get("grading")
        if grading not in (None, "default", "custom"):
            self.findings.error(source.file, "grading: must be default or custom", line=source.line("grading"))
        is_custom = grading == "custom" or (grading is None and around.grader_flags is not None)
        if grading == "custom" and not self.has_grader:
            text = "grading: custom, but there is no program in graders/"
            self.findings.error(source.file, text, line=source.line("grading"))
        given = source.values.get("grader_flags")
        found = _texts(given)
        if found is None:
            text = "grader_flags: must be one text"
            self.findings.error(source.file, text, line=source.line("grader_flags"))
            return around
        if is_custom:
            return replace(around, grader_flags=found if given is not None else around.grader_flags or ())
        around = replace(around, grader_flags=None)
        return around if given is None else self._default_grader(folder, source, found, around)

    def _default_grader(
        self, folder: Folder, source: Document, given: tuple[str, ...], around: LegacyRule
    ) -> LegacyRule:
        """The default grader's modes; flags replace those of groups around, and the last of a kind counts."""
        verdict: _VerdictMode = "worst_error"
        score, ignores_sample, accepts_if_any = Aggregation.SUM, False, False
        line = source.line("grader_flags")
        for word in (_ALIASES.get(word, word) for word in given):
            if word in get_args(_VerdictMode):
                verdict = next(mode for mode in get_args(_VerdictMode) if mode == word)
            elif word in _SCORE_MODES:
                score = _SCORE_MODES[word]
            elif word == "accept_if_any_accepted":
                accepts_if_any = True
            elif word == "ignore_sample" and folder.name == "":
                ignores_sample = True
            elif word == "ignore_sample":
                text = "grader_flags: ignore_sample is for data/testdata.yaml alone, and ignored here"
                self.findings.warning(source.file, text, line=line)
            else:
                self.findings.error(source.file, f"grader_flags: unknown flag {word[:40]!r}", line=line)
        return replace(
            around, verdict=verdict, score=score, ignores_sample=ignores_sample, accepts_if_any=accepts_if_any
        )

    def _number(self, source: Document, key: str, around: float) -> float:
        given = source.values.get(key)
        if given is None:
            return around
        number = _float(given)
        if not math.isfinite(number):
            self.findings.error(source.file, f"{key}: must be a number", line=source.line(key))
            return around
        return number

    def _range(self, source: Document, around: LegacyRule) -> tuple[float, float]:
        given = source.values.get("range")
        if given is None:
            return around.least, around.most
        bounds = [_float(word) for word in words(given)] if isinstance(given, str | list) else []
        if len(bounds) != 2 or any(math.isnan(bound) for bound in bounds) or bounds[0] > bounds[1]:
            text = "range: must be two numbers, the smaller first, such as `0 100` or `0 +inf`"
            self.findings.error(source.file, text, line=source.line("range"))
            return around.least, around.most
        return bounds[0], bounds[1]


def _texts(value: Plain) -> tuple[str, ...] | None:
    """The words of a text or a list; None for anything else, or for what no program can be given."""
    if not isinstance(value, str | list | None):
        return None
    found = tuple(word for word in words(value) if isinstance(word, str))
    return found if are_usable_flags(found) else None


def _float(value: Plain) -> float:
    try:
        return float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return math.nan


def _all(folder: Folder) -> Iterator[Folder]:
    yield folder
    for member in folder.folders:
        yield from _all(member)
