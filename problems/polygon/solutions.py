"""The solutions of a Polygon package, and what their tags say they should get."""

from __future__ import annotations

from judge.models import MIB, Limits, Source
from judge.verdicts import Verdict
from problems.expectations import Expectation
from problems.findings import Findings
from problems.polygon.markup import Element
from problems.polygon.programs import NotUsable, Workshop
from problems.submissions import JurySubmission

MOST_SOLUTIONS = 1000
TOTAL_BYTES = 64 * MIB

_FAILURES = (Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.MLE, Verdict.OLE)
#: Running out of memory shows as a crash where an allocation is refused.
_MEMORY = (Verdict.MLE, Verdict.RTE)
#: What a solution gets on some test, by its tag; what is likeliest first.
_TAGS: dict[str, tuple[Verdict, ...]] = {
    "main": (Verdict.AC,),
    "accepted": (Verdict.AC,),
    "rejected": _FAILURES,
    "wrong-answer": (Verdict.WA, Verdict.OLE),
    "presentation-error": (Verdict.WA, Verdict.OLE),
    "time-limit-exceeded": (Verdict.TLE,),
    "memory-limit-exceeded": _MEMORY,
    "time-limit-exceeded-or-accepted": (Verdict.TLE, Verdict.AC),
    "time-limit-exceeded-or-memory-limit-exceeded": (Verdict.TLE, *_MEMORY),
    # The checker itself fails on it.
    "failed": (*_FAILURES, Verdict.JE),
}
_UNJUDGED = "do-not-run"
_RIGHT = ("main", "accepted")


def read(
    root: Element, workshop: Workshop, limits: Limits, findings: Findings, *, gives_points: bool
) -> tuple[JurySubmission, ...]:
    """All solutions in a language of ours, in the file's order, the main one first.

    Args:
        root: of problem.xml.
        workshop: reads their sources.
        limits: the problem's.
        findings: takes what is wrong.
        gives_points: whether the checker may give a right answer points instead of accepting it.
    """
    elements = sorted(root.all("assets/solutions/solution"), key=lambda element: element.get("tag") != "main")
    found: dict[str, JurySubmission] = {}
    total_bytes = 0
    for element in elements:
        source = element.find("source")
        if source is None:
            continue
        path = source.get("path").replace("\\", "/")
        if len(found) == MOST_SOLUTIONS or total_bytes > TOTAL_BYTES:
            text = f"more than {MOST_SOLUTIONS} solutions, or more than {TOTAL_BYTES // MIB} MiB of them"
            findings.error("problem.xml", text, line=element.line)
            break
        try:
            program = _alone(workshop.read(source), workshop)
        except NotUsable as error:
            findings.warning("problem.xml", f"a solution is ignored: {error}", line=element.line)
            continue
        if program.size > limits.code_bytes:
            findings.warning(path, f"larger than the limit of {limits.code_bytes} bytes of code")
        total_bytes += program.size
        found[path] = _submission(element, path, program, findings, gives_points=gives_points)
    if not any(Verdict.AC in submission.expected for submission in found.values()):
        findings.warning("problem.xml", "no solution is tagged main or accepted: nothing shows that there is one")
    return tuple(found.values())


def right_ones(root: Element, submissions: tuple[JurySubmission, ...]) -> tuple[Source, ...]:
    """The solutions that may make answers, the main one first."""
    paths = [
        source.get("path").replace("\\", "/")
        for tag in _RIGHT
        for element in root.all("assets/solutions/solution")
        if element.get("tag") == tag and (source := element.find("source")) is not None
    ]
    by_path = {submission.path: submission.source for submission in submissions}
    return tuple(by_path[path] for path in paths if path in by_path)


def _alone(program: Source, workshop: Workshop) -> Source:
    """A solution without the headers of the package, unless it includes one of them."""
    main = program.files[0]
    if any(b'"' + header.name.encode() + b'"' in main.content for header in workshop.headers):
        return program
    return Source(language=program.language, files=(main,))


def _submission(
    element: Element, path: str, program: Source, findings: Findings, *, gives_points: bool
) -> JurySubmission:
    tag = element.get("tag")
    expected = _TAGS.get(tag, ())
    if tag not in _TAGS and tag != _UNJUDGED:
        findings.warning("problem.xml", f"nothing is known of the tag {tag[:60]!r}", line=element.line)
    if expected == (Verdict.AC,) and gives_points:
        expected = (Verdict.AC, Verdict.WA)
    # A tag names what happens on some test: the first that fails may well fail in another way.
    is_about_some_test = bool(expected) and Verdict.AC not in expected and Verdict.JE not in expected
    return JurySubmission(
        path=path,
        source=program,
        expected=expected,
        rules=(_on_some_test(expected),) if is_about_some_test else (),
        needs_all_tests=is_about_some_test and expected != _FAILURES,
        is_judged=tag != _UNJUDGED,
    )


def _on_some_test(verdicts: tuple[Verdict, ...]) -> Expectation:
    return Expectation(
        tests="", permitted=None, required=frozenset(verdicts), score=None, message="", use_for_time_limit=""
    )
