"""Finds the jury's submissions, and the verdicts they are expected to get.

The folder below ``submissions/`` says what is expected, or a line ``@EXPECTED_RESULTS@: WRONG-ANSWER, TIMELIMIT`` in
one of the files does, in the words of DOMjudge or of the folders. Where both speak, the folder wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from judge.models import MIB, Limits, Source
from judge.verdicts import Verdict
from problems import programs
from problems.findings import Findings
from problems.programs import ProgramError
from problems.tree import Entry, Tree

FOLDER = "submissions"
MOST_SUBMISSIONS = 1000
#: All sources together: unlike test data they are held in memory.
TOTAL_BYTES = 64 * MIB

_FAILURES = (Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.MLE, Verdict.OLE)
#: The format knows no memory verdict: there, running out of memory is a run-time error.
_RUN_TIME_ERROR = (Verdict.RTE, Verdict.MLE)

#: Folders of the format, and others that packages use. What is expected first stands first.
_FOLDERS = {
    "accepted": (Verdict.AC,),
    "slow_accepted": (Verdict.AC,),
    "wrong_answer": (Verdict.WA,),
    "no_output": (Verdict.WA,),
    "time_limit_exceeded": (Verdict.TLE,),
    "run_time_error": _RUN_TIME_ERROR,
    "runtime_error": _RUN_TIME_ERROR,
    "memory_limit_exceeded": (Verdict.MLE,),
    "memory_limit": (Verdict.MLE,),
    "output_limit_exceeded": (Verdict.OLE,),
    "output_limit": (Verdict.OLE,),
    "compiler_error": (Verdict.CE,),
    "compile_error": (Verdict.CE,),
    "rejected": _FAILURES,
}
_WORDS = {
    **_FOLDERS,
    "correct": (Verdict.AC,),
    "timelimit": (Verdict.TLE,),
    "run_error": _RUN_TIME_ERROR,
}

_TAG = re.compile(rb"@EXPECTED_RESULTS@[ \t]*:([^\r\n]{0,500})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class JurySubmission:
    """A submission that comes with the package."""

    #: Below the package: ``submissions/accepted/ann.cpp``.
    path: str
    source: Source
    #: The verdicts it may get, the likeliest first; empty where nobody said.
    expected: tuple[Verdict, ...]


def read(tree: Tree, limits: Limits | None, findings: Findings) -> tuple[JurySubmission, ...]:
    """All jury submissions in a language of ours, by path. Those in other languages become warnings."""
    top = tree.find(FOLDER)
    found: list[JurySubmission] = []
    total_bytes = 0
    for folder in tree.entries(top) if top is not None and top.is_directory else ():
        if not folder.is_directory:
            findings.warning(str(folder), "ignored: submissions stand in folders such as accepted/")
            continue
        for entry in tree.entries(folder):
            if len(found) == MOST_SUBMISSIONS or total_bytes > TOTAL_BYTES:
                text = f"more than {MOST_SUBMISSIONS} submissions, or more than {TOTAL_BYTES // MIB} MiB of them"
                findings.error(FOLDER, text)
                return tuple(found)
            submission = _submission(tree, folder.name, entry, limits, findings)
            if submission is not None:
                found.append(submission)
                total_bytes += submission.source.size
    if not any(submission.expected == (Verdict.AC,) for submission in found):
        findings.warning(f"{FOLDER}/accepted", "no accepted submission: nothing shows that the problem can be solved")
    return tuple(found)


def _submission(
    tree: Tree, folder: str, entry: Entry, limits: Limits | None, findings: Findings
) -> JurySubmission | None:
    try:
        source = programs.read(tree, entry)
    except ProgramError as error:
        findings.warning(str(entry), f"ignored: {error}")
        return None
    if limits is not None and source.size > limits.code_bytes:
        findings.warning(str(entry), f"larger than the problem's limit of {limits.code_bytes} bytes of code")
    return JurySubmission(path=str(entry), source=source, expected=_expected(folder, str(entry), source, findings))


def _expected(folder: str, path: str, source: Source, findings: Findings) -> tuple[Verdict, ...]:
    by_folder = _FOLDERS.get(folder)
    tags = [tag for file in source.files for tag in _TAG.findall(file.content)]
    if len(tags) > 1:
        findings.error(path, "more than one @EXPECTED_RESULTS@; a submission has one")
    by_tag = _tagged(tags[0], path, findings) if tags else ()
    if by_folder is not None:
        if by_tag and not set(by_tag) & set(by_folder):
            findings.warning(path, f"@EXPECTED_RESULTS@ contradicts the folder {folder}, which counts")
        return by_folder
    if not by_tag:
        findings.warning(path, f"nothing says what it should get: neither the folder {folder} nor @EXPECTED_RESULTS@")
    return by_tag


def _tagged(tag: bytes, path: str, findings: Findings) -> tuple[Verdict, ...]:
    """The verdicts of a comma-separated list, in its order."""
    verdicts: list[Verdict] = []
    for word in tag.decode("utf-8", "replace").split(","):
        # What ends a comment may follow on the line.
        name = word.strip().removesuffix("*/").removesuffix("-->").strip().lower().replace("-", "_")
        if name not in _WORDS:
            findings.warning(path, f"@EXPECTED_RESULTS@: {word.strip()[:40]!r} names no verdict")
        verdicts.extend(verdict for verdict in _WORDS.get(name, ()) if verdict not in verdicts)
    return tuple(verdicts)
