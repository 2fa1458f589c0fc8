"""Says what a submission should get by the words of its folder, or of a line in its source.

@EXPECTED_RESULTS@: WRONG-ANSWER, TIMELIMIT     final verdicts, in the words of DOMjudge or of the folders
@EXPECTED_SCORE@: 30                            the final score (DOMjudge)
@EXPECTED_GRADES@ AC WA TLE                     verdicts of the secret test groups, in order
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from judge.models import Source
from judge.verdicts import Verdict
from problems.findings import Findings

_AC = (Verdict.AC,)
#: The format knows no verdicts for memory and output: there, they are a run-time error and a wrong answer.
_WA = (Verdict.WA, Verdict.OLE)
_TLE = (Verdict.TLE,)
_RTE = (Verdict.RTE, Verdict.MLE)
_FAILURES = (Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.MLE, Verdict.OLE)
#: Some points come with AC in the legacy format, and with the first failure in others.
_SOME_POINTS = (*_AC, *_FAILURES)

#: Folders of the formats, and others that packages use. What is expected first stands first.
FOLDERS: Mapping[str, tuple[Verdict, ...]] = {
    "accepted": _AC,
    "slow_accepted": _AC,
    "partially_accepted": _SOME_POINTS,
    "partial": _SOME_POINTS,
    "wrong_answer": _WA,
    "no_output": _WA,
    "presentation_error": _WA,
    "time_limit_exceeded": _TLE,
    "run_time_error": _RTE,
    "runtime_error": _RTE,
    "memory_limit_exceeded": (Verdict.MLE, Verdict.RTE),
    "memory_limit": (Verdict.MLE, Verdict.RTE),
    "output_limit_exceeded": (Verdict.OLE, Verdict.WA),
    "output_limit": (Verdict.OLE, Verdict.WA),
    "compiler_error": (Verdict.CE,),
    "compile_error": (Verdict.CE,),
    "brute_force": (Verdict.TLE, *_RTE),
    "rejected": _FAILURES,
}
#: Folders that mean some points, but not all.
PARTIAL = frozenset({"partially_accepted", "partial"})
#: Folders that say little enough for a tag to say more.
_VAGUE = frozenset({"rejected", "brute_force", *PARTIAL})

_WORDS = {
    **FOLDERS,
    "correct": _AC,
    "timelimit": _TLE,
    "run_error": _RTE,
    "ac": _AC,
    "wa": _WA,
    "tle": _TLE,
    "rte": _RTE,
    "mle": (Verdict.MLE, Verdict.RTE),
    "ole": (Verdict.OLE, Verdict.WA),
    "ce": (Verdict.CE,),
}

_TAG = re.compile(rb"@EXPECTED_(?:RESULTS|SCORE)@[ \t]*:([^\r\n]{0,500})", re.IGNORECASE)
_GRADES = re.compile(rb"@EXPECTED_GRADES@[ \t]*:?([^\r\n]{0,2000})")
_GRADE = re.compile(r"(AC|WA|TLE|RTE|MLE|OLE)\b[\s,;]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """What folder and tags say together."""

    expected: tuple[Verdict, ...] = ()
    score: tuple[float, float] | None = None
    grades: tuple[Verdict, ...] = ()
    is_partial: bool = False


def read(folder: str, path: str, source: Source, findings: Findings) -> Tagged:
    """What is said of a submission in that folder."""
    texts = {_uncommented(tag) for file in source.files for tag in _TAG.findall(file.content)}
    scores = {score for text in texts if (score := _number(text)) is not None}
    words = {text for text in texts if _number(text) is None}
    if len(scores) > 1 or len(words) > 1:
        # DOMjudge says so too, and goes by the folder.
        findings.warning(path, "more than one @EXPECTED_RESULTS@ or @EXPECTED_SCORE@; none of them counts")
        scores, words = set(), set()
    score = next(iter(scores), None)
    by_tag = _verdicts(next(iter(words)), path, findings) if words else ()
    grades = next((found for file in source.files for found in _GRADES.findall(file.content)), b"")
    return Tagged(
        expected=_together(folder, by_tag, path, findings, is_told=score is not None or bool(grades)),
        score=None if score is None else (score, score),
        grades=_graded(grades, path, findings),
        is_partial=folder in PARTIAL and not by_tag and score is None,
    )


def _together(
    folder: str, by_tag: tuple[Verdict, ...], path: str, findings: Findings, *, is_told: bool
) -> tuple[Verdict, ...]:
    """The folder's verdicts where it is one that means a verdict, else the tag's, as DOMjudge reads them."""
    by_folder = FOLDERS.get(folder)
    if by_folder is not None and not (folder in _VAGUE and by_tag):
        if by_tag and not set(by_tag) & set(by_folder):
            findings.warning(path, f"@EXPECTED_RESULTS@ contradicts the folder {folder}, which counts")
        return by_folder
    if not by_tag and not is_told:
        findings.warning(path, f"nothing says what it should get: neither the folder {folder} nor @EXPECTED_RESULTS@")
    return by_tag


def _verdicts(text: str, path: str, findings: Findings) -> tuple[Verdict, ...]:
    """The verdicts of a comma-separated list, in its order."""
    verdicts: list[Verdict] = []
    for word in text.split(","):
        found = _WORDS.get(word.strip().lower().replace("-", "_"))
        if found is None:
            findings.warning(path, f"@EXPECTED_RESULTS@: {word.strip()[:40]!r} names no verdict")
        verdicts.extend(verdict for verdict in found or () if verdict not in verdicts)
    return tuple(verdicts)


def _graded(tag: bytes, path: str, findings: Findings) -> tuple[Verdict, ...]:
    """The verdicts of a blank-separated list, one for each group."""
    text = _uncommented(tag)
    grades: list[Verdict] = []
    place = 0
    while found := _GRADE.match(text, place):
        grades.append(Verdict(found[1]))
        place = found.end()
    if place < len(text):
        findings.warning(path, f"@EXPECTED_GRADES@: {text[place:][:40]!r} names no verdict")
    return tuple(grades)


def _uncommented(tag: bytes) -> str:
    """The tag without what ends a comment, which may follow on its line."""
    text = tag.decode("utf-8", "replace").strip()
    for end in ("*/", "-->", "-}", '"""', "'''"):
        text = text.removesuffix(end).strip()
    return text


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
