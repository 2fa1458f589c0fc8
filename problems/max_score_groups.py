"""Reads ``test_group.yaml`` of the format 2025-09: what each group is worth.

"Test data configuration", "Result aggregation" and "Static validation test cases" there. ``data/secret`` holds test
cases or groups, and groups hold no groups; directories in them are only directories.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from judge.groups import Aggregation, Grading, Group, MaxScoreRule
from problems.document import Document, Plain
from problems.findings import Findings
from problems.metadata import Metadata, are_usable_flags, words
from problems.testdata import Folder

MOST_SCORE = 10**9
_AGGREGATIONS = (Aggregation.PASS_FAIL, Aggregation.SUM, Aggregation.MIN)
_SCORE_KEYS = ("max_score", "score_aggregation", "require_pass")
_STATIC_KEYS = ("static_validation_score", "static_validator_args")
_NOTHING = Document(file="", values={}, lines={})


def read(root: Folder, meta: Metadata, findings: Findings, *, has_static_validator: bool) -> Grading | None:
    """The rules of sample, secret and its groups; None where there is neither a score nor a static validator to run."""
    reader = _Reader(findings, is_scoring=meta.kind.is_scoring, has_static_validator=has_static_validator)
    if root.source is not None:
        findings.warning(root.source.file, "groups are sample, secret and those in it; only arguments count here")
    members = tuple(reader.top(folder) for folder in root.folders)
    if not meta.kind.is_scoring and not reader.has_static:
        return None
    aggregation = Aggregation.SUM if meta.kind.is_scoring else Aggregation.PASS_FAIL
    return Grading(
        root=Group(name="", rule=MaxScoreRule(max_score=None, aggregation=aggregation), members=members),
        is_scoring=meta.kind.is_scoring,
    )


@dataclass(slots=True)
class _Reader:
    findings: Findings
    is_scoring: bool
    has_static_validator: bool
    #: Whether some group has the static validator run.
    has_static: bool = False
    #: The rules of groups read before, by name: those that may be required.
    rules: dict[str, MaxScoreRule] = field(default_factory=dict)

    def top(self, folder: Folder) -> Group:
        """``sample`` or ``secret``."""
        is_secret = folder.name == "secret"
        groups = tuple(inner for inner in folder.folders if inner.source is not None) if is_secret else ()
        self._refuse_nested(folder, is_allowed=is_secret)
        rule = self._rule(folder, is_secret=is_secret)
        members: tuple[Group | int, ...] = folder.cases
        if groups and self._is_laid_out(folder):
            members = tuple(self._group(inner, rule) for inner in folder.folders)
            self._check_sum(folder, rule)
        self.rules[folder.name] = rule
        return Group(name=folder.name, rule=rule, members=members)

    def _group(self, folder: Folder, secret: MaxScoreRule) -> Group:
        rule = self._rule(folder, is_secret=False)
        file, line = _place(folder, "max_score")
        if self.is_scoring and rule.max_score is None and secret.max_score is not None:
            text = "max_score: a group may be unbounded only if data/secret/test_group.yaml is; give it a number"
            self.findings.error(file, text, line=line)
        if self.is_scoring and secret.aggregation is Aggregation.PASS_FAIL is not rule.aggregation:
            text = "score_aggregation: must be pass-fail, as that of data/secret is"
            self.findings.error(file, text, line=_place(folder, "score_aggregation")[1])
        if not folder.cases and rule.static_score is None and not rule.must_pass_static:
            self.findings.error(f"data/{folder.name}", "a group without a test case")
        self.rules[folder.name] = rule
        return Group(name=folder.name, rule=rule, members=folder.cases)

    def _rule(self, folder: Folder, *, is_secret: bool) -> MaxScoreRule:
        source = folder.source or _NOTHING
        is_sample = folder.name == "sample"
        default = Aggregation.SUM if is_secret and self.is_scoring else Aggregation.PASS_FAIL
        rule = MaxScoreRule(max_score=100.0 if is_secret else None, aggregation=default)
        misplaced = [key for key in _SCORE_KEYS if source.values.get(key) is not None]
        if misplaced and (is_sample or not self.is_scoring):
            why = "is not for samples" if is_sample else "means nothing without `type: scoring`"
            for key in misplaced:
                self.findings.warning(source.file, f"{key} {why}", line=source.line(key))
        elif self.is_scoring and not is_sample:
            rule = MaxScoreRule(
                max_score=self._max_score(source, rule.max_score),
                aggregation=self._aggregation(source, default),
                require_pass=self._require_pass(source, folder),
            )
            if rule.aggregation is Aggregation.PASS_FAIL and rule.max_score is None:
                text = "max_score: a pass-fail group needs a number"
                self.findings.error(*_error(folder, text), line=_place(folder, "max_score")[1])
        return self._with_static(source, rule)

    def _max_score(self, source: Document, default: float | None) -> float | None:
        given = source.values.get("max_score")
        if given is None:
            return default
        if given == "unbounded":
            return None
        number = _whole(given)
        if number is None:
            text = f"max_score: must be unbounded, or a whole number from 0 to {MOST_SCORE}"
            self.findings.error(source.file, text, line=source.line("max_score"))
        return number

    def _aggregation(self, source: Document, default: Aggregation) -> Aggregation:
        given = source.values.get("score_aggregation")
        if given is not None and given not in _AGGREGATIONS:
            text = f"score_aggregation: must be one of {', '.join(_AGGREGATIONS)}"
            self.findings.error(source.file, text, line=source.line("score_aggregation"))
        return next((known for known in _AGGREGATIONS if known == given), default)

    def _require_pass(self, source: Document, folder: Folder) -> tuple[str, ...]:
        """Names of groups that come before this one, each with pass-fail aggregation ("Group dependencies")."""
        given = source.values.get("require_pass")
        names = [name for name in (given if isinstance(given, list) else [given]) if isinstance(name, str)]
        line = source.line("require_pass")
        found = []
        for name in names:
            known = self.rules.get(name)
            if folder.name == "secret" and name != "sample":
                text = f"require_pass: secret may require sample only, not {name[:60]!r}"
            elif known is None:
                text = f"require_pass: {name[:60]!r} is no group before this one; write it like secret/group1 or sample"
            elif known.aggregation is not Aggregation.PASS_FAIL:
                text = f"require_pass: {name[:60]!r} must have score_aggregation pass-fail"
            else:
                found.append(name)
                continue
            self.findings.error(source.file, text, line=line)
        return tuple(found)

    def _with_static(self, source: Document, rule: MaxScoreRule) -> MaxScoreRule:
        """The static validation test case, if the group has one."""
        given = source.values.get("static_validation_score")
        flags = source.values.get("static_validator_args")
        line = source.line("static_validation_score")
        if given is None:
            if flags is not None:
                text = "static_validator_args without static_validation_score"
                self.findings.error(source.file, text, line=source.line("static_validator_args"))
            return rule
        score = _whole(given)
        text = ""
        if not self.has_static_validator:
            text = "but there is no program in static_validator/"
        elif given != "pass-fail" and score is None:
            text = f"must be pass-fail, or a whole number from 0 to {MOST_SCORE}"
        elif given == "pass-fail" and self.is_scoring and rule.aggregation is not Aggregation.PASS_FAIL:
            text = "may be pass-fail only where score_aggregation is"
        elif given != "pass-fail" and rule.aggregation is Aggregation.PASS_FAIL:
            text = "must be pass-fail where the group is"
        elif score is not None and rule.max_score is not None and score > rule.max_score:
            text = f"is more than max_score {rule.max_score:g}"
        if text:
            self.findings.error(source.file, f"static_validation_score: {text}", line=line)
        self.has_static = True
        return MaxScoreRule(
            max_score=rule.max_score,
            aggregation=rule.aggregation,
            require_pass=rule.require_pass,
            static_score=None if score is None else float(score),
            must_pass_static=given == "pass-fail",
            static_flags=self._flags(flags, source),
        )

    def _flags(self, given: Plain, source: Document) -> tuple[str, ...]:
        found = [word for word in words(given) if isinstance(word, str)] if isinstance(given, str | list | None) else ()
        if isinstance(given, dict) or not are_usable_flags(found):
            text = "static_validator_args: must be a list of printable words"
            self.findings.error(source.file, text, line=source.line("static_validator_args"))
        return tuple(found)

    def _refuse_nested(self, folder: Folder, *, is_allowed: bool) -> None:
        """No group may be in a group: its file is read for its arguments, and a score would be lost."""
        for inner in folder.folders:
            if inner.source is not None and not is_allowed:
                text = "groups are directories of data/secret, and nowhere else"
                if self._has_no_rules(inner):
                    self.findings.warning(inner.source.file, f"{text}; only arguments count here")
                else:
                    self.findings.error(inner.source.file, f"{text}; move the file or its directory")
            self._refuse_nested(inner, is_allowed=False)

    def _has_no_rules(self, folder: Folder) -> bool:
        """Whether nothing would be judged differently if the folder were no group, its arguments aside."""
        source = folder.source or _NOTHING
        return not self.is_scoring and source.values.get("static_validation_score") is None

    def _is_laid_out(self, secret: Folder) -> bool:
        """Whether secret holds groups and nothing else."""
        if len(secret.folders) < len(secret.members):
            text = "holds groups, and test cases beside them; move these into a group"
            say = self.findings.warning if all(map(self._has_no_rules, secret.folders)) else self.findings.error
            say(f"data/{secret.name}", text)
            return False
        plain = [folder for folder in secret.folders if folder.source is None] if self.is_scoring else []
        for folder in plain:
            self.findings.error(f"data/{folder.name}", "must be a group, as others are: add test_group.yaml")
        return not plain

    def _check_sum(self, secret: Folder, rule: MaxScoreRule) -> None:
        scores = [self.rules[folder.name].max_score for folder in secret.folders]
        total = sum(score for score in scores if score is not None)
        if self.is_scoring and rule.aggregation is Aggregation.SUM and rule.max_score is not None:
            if total > rule.max_score:
                text = (
                    f"max_score: the groups' add up to {total:g}, more than {rule.max_score:g}: a judge error to reach"
                )
                self.findings.error(*_error(secret, text), line=_place(secret, "max_score")[1])
            elif total < rule.max_score and None not in scores:
                text = f"max_score: the groups' add up to {total:g} only, not to {rule.max_score:g}"
                self.findings.warning(*_error(secret, text), line=_place(secret, "max_score")[1])


def _whole(value: Plain) -> float | None:
    """A number written with digits alone; None: it is none, or more than anybody counts to."""
    is_one = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10
    return float(value) if is_one and isinstance(value, str) and int(value) <= MOST_SCORE else None


def _place(folder: Folder, key: str) -> tuple[str, int | None]:
    """Where to look for a key: in the folder's own file, or in the folder that has none."""
    if folder.source is None:
        return f"data/{folder.name}", None
    return folder.source.file, folder.source.line(key)


def _error(folder: Folder, text: str) -> tuple[str, str]:
    return _place(folder, "")[0], text
