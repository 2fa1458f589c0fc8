"""Reads ``submissions.yaml``: what single submissions are, and what they should get (2025-09, "Example submissions").

Its keys are patterns for paths below ``submissions/``; all that match a submission hold for it. The format's folders
have rules of their own, which a key of the folder's name replaces in part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from judge.verdicts import Verdict
from problems import document, globs
from problems.document import Document, Plain
from problems.expectations import Expectation
from problems.findings import Findings
from problems.tree import Tree

FILE = "submissions/submissions.yaml"
MOST_PATTERNS = 500
#: All patterns, as often as they are held against a submission; far beyond any package that is meant well.
_MOST_COMPARED_CHARS = 4_000_000

_AC, _WA, _TLE, _RTE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE
_ALL = frozenset({_AC, _WA, _TLE, _RTE})
#: "Default directories".
_DEFAULTS: Mapping[str, Expectation] = {
    "accepted": Expectation(permitted=frozenset({_AC})),
    "rejected": Expectation(required=frozenset({_RTE, _TLE, _WA})),
    "wrong_answer": Expectation(permitted=frozenset({_AC, _WA}), required=frozenset({_WA})),
    "time_limit_exceeded": Expectation(permitted=frozenset({_AC, _TLE}), required=frozenset({_TLE})),
    "run_time_error": Expectation(permitted=frozenset({_AC, _RTE}), required=frozenset({_RTE})),
    "brute_force": Expectation(permitted=frozenset({_AC, _RTE, _TLE}), required=frozenset({_RTE, _TLE})),
}
_RULE_KEYS = frozenset({"permitted", "required", "score", "message", "use_for_time_limit"})
_OTHER_KEYS = frozenset({"language", "entrypoint", "authors", "author", "model_solution"})
#: Verdicts that the format knows, and others of ours that packages may well name.
_VERDICTS = {verdict.value: verdict for verdict in (_AC, _WA, _TLE, _RTE, Verdict.MLE, Verdict.OLE, Verdict.CE)}
_NO = ("false", "no", "off")
_YES = ("true", "yes", "on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the file says of one submission."""

    rules: tuple[Expectation, ...] = ()
    #: A code of the format's table of languages; empty: its files tell.
    language: str = ""
    entry_point: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What stands under one pattern."""

    glob: str
    said: Said


class TooManyPatterns(Exception):
    """The file has more patterns than can be held against as many submissions."""


class Rules:
    """All patterns of the file, and those of the format."""

    def __init__(self, parts: tuple[_Part, ...]) -> None:
        self._parts = parts
        self._unused = {part.glob for part in parts} - _DEFAULTS.keys()
        self._chars = sum(len(part.glob) for part in parts)
        self._compared_chars = 0

    def of(self, path: str) -> Said:
        """What is said of the submission at that path below ``submissions/``.

        Raises:
            TooManyPatterns: looking for it any longer would keep everybody waiting.
        """
        self._compared_chars += self._chars
        if self._compared_chars > _MOST_COMPARED_CHARS:
            raise TooManyPatterns
        rules: list[Expectation] = []
        language = entry_point = ""
        for part in self._parts:
            if globs.matches_at_or_above(part.glob, path):
                self._unused.discard(part.glob)
                rules.extend(part.said.rules)
                language = part.said.language or language
                entry_point = part.said.entry_point or entry_point
        return Said(rules=tuple(rules), language=language, entry_point=entry_point)

    def unused(self) -> list[str]:
        """The patterns that matched no submission so far."""
        return sorted(self._unused)


def read(tree: Tree, findings: Findings, *, form: str) -> Rules:
    """The rules; without the file, those of the format's folders, if it has any."""
    entry = tree.find(FILE)
    source = None
    if entry is not None and not entry.is_directory:
        source = document.read(tree, entry, findings)
    parts: list[_Part] = []
    if source is not None:
        for glob, value in list(source.values.items())[:MOST_PATTERNS]:
            parts.extend(_parts(source, glob, value, findings))
        if len(source.values) > MOST_PATTERNS or sum(len(part.said.rules) for part in parts) > MOST_PATTERNS:
            findings.error(FILE, f"more than {MOST_PATTERNS} patterns for submissions or test cases")
    # The drafts came to these rules one by one: a package that has the file knows them.
    if form == "2025-09" or (source is not None and form == "2023-07-draft"):
        named = {part.glob for part in parts}
        parts += [
            _Part(glob=name, said=Said(rules=tuple(_timed(rule, ""))))
            for name, rule in _DEFAULTS.items()
            if name not in named
        ]
    return Rules(tuple(parts))


def finals(rules: tuple[Expectation, ...]) -> tuple[Verdict, ...]:
    """The final verdicts that the rules allow, the likeliest first: those that are required somewhere."""
    permitted = _ALL
    for rule in rules:
        if not rule.tests and rule.permitted is not None:
            permitted &= rule.permitted
    required = [rule.required for rule in rules if rule.required is not None]
    must_fail = any(_AC not in verdicts for verdicts in required)
    failures = [verdict for verdict in (_WA, _TLE, _RTE) if verdict in permitted]
    if must_fail:
        wanted = frozenset().union(*required)
        failures.sort(key=lambda verdict: verdict not in wanted)
    found: list[Verdict] = [] if must_fail or _AC not in permitted else [_AC]
    for verdict in failures:
        found.append(verdict)
        found += {_WA: [Verdict.OLE], _RTE: [Verdict.MLE]}.get(verdict, [])
    return tuple(found)


def _parts(source: Document, glob: str, value: Plain, findings: Findings) -> Iterator[_Part]:
    line = source.line(glob)
    if value is None:
        value = {}
    if not isinstance(value, dict):
        findings.error(FILE, f"{glob[:60]!r}: must be a mapping of keys to values", line=line)
        return
    for odd in globs.odd_parts(glob):
        findings.warning(FILE, f"{glob[:60]!r}: {odd} is not special in these patterns", line=line)
    reader = _Reader(source, findings)
    rules = list(reader.rules(value, (glob,), base=_DEFAULTS.get(glob)))
    for key, inner in value.items():
        if key in _RULE_KEYS or key in _OTHER_KEYS:
            continue
        if not isinstance(inner, dict):
            text = f"{glob[:60]!r}: unknown key {key[:60]!r} is ignored"
            findings.warning(FILE, text, line=source.line(glob, key))
            continue
        rules += reader.rules(inner, (glob, key))
        for odd in sorted(inner.keys() - _RULE_KEYS):
            text = f"{glob[:60]!r}: unknown key {odd[:60]!r} for {key[:60]!r} is ignored"
            findings.warning(FILE, text, line=source.line(glob, key, odd))
    language, entry_point = value.get("language"), value.get("entrypoint")
    yield _Part(
        glob=glob,
        said=Said(
            rules=tuple(rules),
            language=language if isinstance(language, str) else "",
            entry_point=entry_point if isinstance(entry_point, str) else "",
        ),
    )


class _Reader:
    """Reads the values of keys; what cannot be understood is an error found."""

    def __init__(self, source: Document, findings: Findings) -> None:
        self._source = source
        self._findings = findings

    def rules(
        self, values: Mapping[str, Plain], where: tuple[str, ...], *, base: Expectation | None = None
    ) -> Iterator[Expectation]:
        """The rule that the keys make, and the one that ``use_for_time_limit`` means; none without such keys."""
        if base is None and not _RULE_KEYS & values.keys():
            return
        rule = base or Expectation()
        tests = where[1] if len(where) > 1 else ""
        rule = replace(rule, tests=tests)
        if values.get("permitted") is not None:
            rule = replace(rule, permitted=self._verdicts(values["permitted"], (*where, "permitted")))
        if values.get("required") is not None:
            rule = replace(rule, required=self._verdicts(values["required"], (*where, "required")))
        if values.get("score") is not None:
            rule = replace(rule, score=self._score(values["score"], (*where, "score")))
        message = values.get("message")
        if message is not None:
            if not isinstance(message, str):
                self._complain("must be a text", (*where, "message"))
            else:
                rule = replace(rule, message=message)
        yield from _timed(rule, self._use(values.get("use_for_time_limit"), (*where, "use_for_time_limit")))

    def _verdicts(self, value: Plain, where: tuple[str, ...]) -> frozenset[Verdict] | None:
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list) or not words:
            self._complain("must be a list of verdicts, such as [AC, WA]", where)
            return None
        found = [_VERDICTS.get(word.strip().upper()) if isinstance(word, str) else None for word in words]
        for word, verdict in zip(words, found, strict=True):
            if verdict is None:
                self._complain(f"{str(word)[:40]!r} is none of the verdicts AC, WA, TLE and RTE", where)
        return frozenset(verdict for verdict in found if verdict is not None)

    def _score(self, value: Plain, where: tuple[str, ...]) -> tuple[float, float] | None:
        words = value if isinstance(value, list) else [value, value]
        try:
            least, most = (float(word) for word in words if isinstance(word, str))
        except ValueError:
            self._complain("must be a number, or a list of two", where)
            return None
        if not least <= most:
            self._complain("the first of the two numbers must not be the larger one", where)
            return None
        return least, most

    def _use(self, value: Plain, where: tuple[str, ...]) -> Literal["", "no", "lower", "upper"]:
        if value is None:
            return ""
        word = value.lower() if isinstance(value, str) else None
        if word == "lower":
            return "lower"
        if word == "upper":
            return "upper"
        if word in _NO:
            return "no"
        if word not in _YES:
            self._complain("must be lower, upper, or false", where)
        return ""

    def _complain(self, text: str, where: tuple[str, ...]) -> None:
        shown = ": ".join(part[:60] for part in where)
        self._findings.error(FILE, f"{shown}: {text}", line=self._source.line(*where))


def _timed(rule: Expectation, use: Literal["", "no", "lower", "upper"]) -> Iterator[Expectation]:
    """The rule with what it means for the time limit ("Timelimit inference"), or with a second one that says so."""
    if use == "":
        if rule.required == frozenset({_TLE}):
            rule = replace(rule, use_for_time_limit="upper")
        elif rule.permitted is not None and _TLE not in rule.permitted:
            rule = replace(rule, use_for_time_limit="lower")
    yield rule
    if use == "lower":
        yield Expectation(tests=rule.tests, permitted=_ALL - {_TLE}, use_for_time_limit="lower")
    elif use == "upper":
        yield Expectation(tests=rule.tests, required=frozenset({_TLE}), use_for_time_limit="upper")
