"""Finds the jury's submissions, and what they are expected to get.

In the formats since 2025-09 rules for test cases say that (``rules``). Before, or where no rule is about a submission,
its folder below ``submissions/`` or a line in one of its files does (``tags``). What language it is in and what
starts it is told by its files, by ``submissions.yaml``, or by the ``submissions.json`` of DOMjudge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from judge.models import KIB, MIB, Limits, Source
from judge.recipes import languages
from judge.verdicts import Verdict
from problems import includes, programs, rules, tags
from problems.constants import NONE
from problems.expectations import Expectation
from problems.findings import Findings
from problems.programs import ProgramError
from problems.rules import Said, TooManyPatterns
from problems.tree import Entry, Tree

FOLDER = "submissions"
MOST_SUBMISSIONS = 1000
#: All sources together: unlike test data they are held in memory.
TOTAL_BYTES = 64 * MIB

#: DOMjudge's own list of submissions, beside their folder.
DOMJUDGE_FILE = "submissions.json"
_DOMJUDGE_BYTES = 256 * KIB
#: What DOMjudge calls languages that have another code in the package format.
_DOMJUDGE_LANGUAGES = {"py3": "python3", "py": "python3", "js": "javascript"}
_DOMJUDGE_AUTO = "__auto__"

#: Before 2025-09 only these say anything of the time limit.
_FOLDERS_FOR_TIME: Mapping[str, Literal["lower", "upper"]] = {"accepted": "lower", "time_limit_exceeded": "upper"}

_JAVA_CLASS = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class JurySubmission:
    """A submission that comes with the package."""

    #: Below the package: ``submissions/accepted/ann.cpp``.
    path: str
    source: Source
    #: The final verdicts it may get, the likeliest first; empty where nobody said.
    expected: tuple[Verdict, ...]
    #: What it has to get on single test cases; then these decide, and ``expected`` is for showing.
    rules: tuple[Expectation, ...] = ()
    #: The verdicts of the secret test groups, in order; empty where nobody said.
    grades: tuple[Verdict, ...] = ()
    #: The final score, between these two.
    score: tuple[float, float] | None = None
    #: Gets points, but not all of them.
    is_partial: bool = False
    #: Whether its slowest run bounds the time limit from below or above; empty: neither.
    use_for_time_limit: Literal["lower", "upper", ""] = ""
    #: Whether what is expected can only be told when no test case is left out.
    needs_all_tests: bool = False
    #: Whether it is to be judged at all (Polygon's tag ``do-not-run``).
    is_judged: bool = True


def read(
    tree: Tree,
    limits: Limits | None,
    findings: Findings,
    *,
    form: str = "legacy",
    is_submit_answer: bool = False,
    constants: Mapping[str, str] = NONE,
) -> tuple[JurySubmission, ...]:
    """All jury submissions in a language of ours, by path. Those in other languages become warnings.

    Args:
        tree: the package.
        limits: the problem's, if they could be read.
        findings: takes what is wrong.
        form: the version of the package format.
        is_submit_answer: whether submissions are files with answers instead of programs.
        constants: what is replaced in them.
    """
    language = programs.ANSWERS if is_submit_answer else ""
    reader = _Reader(tree, limits, findings, form=form, language=language, constants=constants)
    top = tree.find(FOLDER)
    found: list[JurySubmission] = []
    total_bytes = 0
    for folder in tree.entries(top) if top is not None and top.is_directory else ():
        if not folder.is_directory:
            if str(folder) != rules.FILE:
                findings.warning(str(folder), "ignored: submissions stand in folders such as accepted/")
            continue
        for entry in tree.entries(folder):
            if len(found) == MOST_SUBMISSIONS or total_bytes > TOTAL_BYTES:
                text = f"more than {MOST_SUBMISSIONS} submissions, or more than {TOTAL_BYTES // MIB} MiB of them"
                findings.error(FOLDER, text)
                return tuple(found)
            try:
                submission = reader.submission(folder.name, entry)
            except TooManyPatterns:
                findings.error(rules.FILE, "too many patterns for so many submissions")
                return tuple(found)
            if submission is not None:
                found.append(submission)
                total_bytes += submission.source.size
    reader.mention_unused()
    if not any(submission.expected == (Verdict.AC,) and not submission.is_partial for submission in found):
        findings.warning(f"{FOLDER}/accepted", "no accepted submission: nothing shows that the problem can be solved")
    return tuple(found)


class _Reader:
    """Reads single submissions, knowing what the files about all of them say."""

    def __init__(
        self,
        tree: Tree,
        limits: Limits | None,
        findings: Findings,
        *,
        form: str,
        language: str,
        constants: Mapping[str, str],
    ) -> None:
        self._tree = tree
        self._limits = limits
        self._findings = findings
        self._constants = constants
        #: The language of all submissions; empty: each has its own.
        self._language = language
        # What is wrong with these is found when they are read for all submissions.
        self._included = includes.read(tree, Findings(), constants=constants)
        self._rules = rules.read(tree, findings, form=form)
        self._domjudge = _domjudge(tree, findings)

    def submission(self, folder: str, entry: Entry) -> JurySubmission | None:
        path = str(entry)
        said = self._said(path)
        try:
            source = programs.read(
                self._tree, entry, language=self._language or _language(said.language), constants=self._constants
            )
        except ProgramError as error:
            self._findings.warning(path, f"ignored: {error}")
            return None
        source = replace(source, entry_point=self._entry_point(said.entry_point, source, path))
        if self._limits is not None and source.size > self._limits.code_bytes:
            text = f"larger than the problem's limit of {self._limits.code_bytes} bytes of code"
            self._findings.warning(path, text)
        if said.rules:
            return self._ruled(path, source, said.rules)
        tagged = tags.read(folder, path, source, self._findings)
        return JurySubmission(
            path=path,
            source=source,
            expected=tagged.expected,
            grades=tagged.grades,
            score=tagged.score,
            is_partial=tagged.is_partial,
            use_for_time_limit=_FOLDERS_FOR_TIME.get(folder, ""),
            needs_all_tests=bool(tagged.grades),
        )

    def mention_unused(self) -> None:
        """Warn of patterns that are about no submission."""
        for glob in self._rules.unused():
            self._findings.warning(rules.FILE, f"{glob[:60]!r} matches no submission")

    def _ruled(self, path: str, source: Source, found: tuple[Expectation, ...]) -> JurySubmission:
        expected = rules.finals(found)
        if not expected:
            self._findings.warning(path, f"{rules.FILE} contradicts itself: no verdict is permitted")
        uses = {rule.use_for_time_limit for rule in found}
        return JurySubmission(
            path=path,
            source=source,
            expected=expected,
            rules=found,
            use_for_time_limit="upper" if "upper" in uses else "lower" if "lower" in uses else "",
            needs_all_tests=True,
        )

    def _said(self, path: str) -> Said:
        said = self._rules.of(path.removeprefix(f"{FOLDER}/"))
        other = self._domjudge.get(path, Said())
        return replace(
            said, language=said.language or other.language, entry_point=said.entry_point or other.entry_point
        )

    def _entry_point(self, entry_point: str, source: Source, path: str) -> str:
        """The entry point if it is one: it becomes part of a command line."""
        is_java = languages.language(source.language).code == "java"
        names = {
            file.name
            for file in (*source.files, *self._included.get(source.language, self._included.get(includes.DEFAULT, ())))
        }
        if entry_point in names or (is_java and _JAVA_CLASS.fullmatch(entry_point)):
            return entry_point
        if entry_point:
            self._findings.warning(path, f"the entry point {entry_point[:60]!r} is none of its files")
        return ""


def _language(code: str) -> str:
    """The id of ours for a code of the package format; empty: the files tell.

    Raises:
        ProgramError: this judge has no such language.
    """
    if not code:
        return ""
    if not languages.by_code(code):
        codes = dict.fromkeys(item.code for item in languages.offered().values())
        raise ProgramError(f"this judge has no language {code[:40]!r}; it has {', '.join(codes)}")
    return programs.newest(code)


def _domjudge(tree: Tree, findings: Findings) -> Mapping[str, Said]:
    """What DOMjudge's file says of submissions, by path. Folders end in a slash there."""
    entry = tree.find(DOMJUDGE_FILE)
    content = None
    if entry is not None and not entry.is_directory:
        content = tree.read(entry, most_bytes=_DOMJUDGE_BYTES)
    if content is None:
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        findings.warning(DOMJUDGE_FILE, f"ignored: not JSON: {str(error).splitlines()[0]}")
        return {}
    if not isinstance(found, dict):
        findings.warning(DOMJUDGE_FILE, "ignored: must be an object, with paths of submissions as keys")
        return {}
    said: dict[str, Said] = {}
    for path, values in found.items():
        language, entry_point = (
            (values.get("langid"), values.get("entry_point")) if isinstance(values, dict) else (None, None)
        )
        code = language if isinstance(language, str) else ""
        said[path.rstrip("/")] = Said(
            language=_DOMJUDGE_LANGUAGES.get(code, code),
            entry_point=entry_point if isinstance(entry_point, str) and entry_point != _DOMJUDGE_AUTO else "",
        )
    return said
