"""How a Polygon package judges output: its checker and interactor, or what stands in for a checker it does not ship.

Standard checkers, named ``std::wcmp.cpp``, come with the package as source and are compiled against its own testlib.h.
Only where that source is missing does a checker of ours with the same rule take its place.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from judge.models import CheckerSpec, Convention, Source
from problems.findings import Findings
from problems.polygon.markup import Element
from problems.polygon.programs import NotUsable, Workshop

_FILE = "problem.xml"
_DEFAULT_COPY = "check.cpp"

#: Built-in checkers with their flags, by the name of the standard checker with the same rule. The others have none:
#: unordered sequences, and examples that give points.
_STANDARD: dict[str, tuple[str, ...]] = {
    "acmp": ("float_absolute_tolerance", "1.5e-6"),
    "dcmp": ("float_tolerance", "1e-6"),
    "rcmp": ("float_absolute_tolerance", "1.5e-6"),
    "rcmp4": ("float_tolerance", "1e-4"),
    "rcmp6": ("float_tolerance", "1e-6"),
    "rcmp9": ("float_tolerance", "1e-9"),
    "rncmp": ("float_absolute_tolerance", "1.5e-5"),
    "fcmp": ("case_sensitive", "space_change_sensitive"),
    "hcmp": ("case_sensitive",),
    "icmp": ("case_sensitive",),
    "ncmp": ("case_sensitive",),
    "lcmp": ("case_sensitive",),
    "wcmp": ("case_sensitive",),
    "caseicmp": ("case_sensitive",),
    "casencmp": ("case_sensitive",),
    "casewcmp": ("case_sensitive",),
    "yesno": (),
    "nyesno": (),
}
#: What a checker calls to give points for a part of the answer.
_GIVES_POINTS = re.compile(rb"\b(?:quitpi?|_pc|_points|_partially)\b")

#: What it calls to know where a test stands. testlib.h of old knows no words for that on a command line.
_ASKS_PLACE = re.compile(rb"\bchecker\s*\.\s*(?:testset|group)\s*\(")


def read(root: Element, workshop: Workshop, findings: Findings) -> tuple[CheckerSpec, tuple[str, ...]] | None:
    """The checker and its flags; None, and an error found, if none can be used."""
    element = root.find("assets/checker")
    if element is None:
        findings.error(_FILE, "has no <checker>: nothing says how output is judged")
        return None
    name = element.get("name")
    reasons = []
    for source in (element.find("source"), element.find("copy")):
        if source is None:
            continue
        try:
            program = workshop.read(source)
        except NotUsable as error:
            reasons.append(str(error))
            continue
        return _spec(program, source.get("path")), ()
    try:
        return _spec(workshop.read_file(_DEFAULT_COPY), _DEFAULT_COPY), ()
    except NotUsable:
        pass
    standard = PurePosixPath(name.removeprefix("std::")).stem if name.startswith("std::") else ""
    if standard in _STANDARD:
        findings.warning(_FILE, f"{name} is not in the package: our own checker judges by its rule", line=element.line)
        return CheckerSpec(name="tokens"), _STANDARD[standard]
    why = "; ".join(reasons) or "it has no <source>"
    findings.error(_FILE, f"the checker {name} cannot be used: {why}", line=element.line)
    return None


def interactor(root: Element, workshop: Workshop, findings: Findings) -> Source | None:
    """The interactor; None where there is none, or, with an error found, where it cannot be used."""
    element = root.find("assets/interactor")
    if element is None:
        return None
    source = element.find("source")
    try:
        if source is None:
            raise NotUsable("it has no <source>")
        return workshop.read(source)
    except NotUsable as error:
        findings.error(_FILE, f"the interactor cannot be used: {error}", line=element.line)
        return None


def gives_points(checker: CheckerSpec) -> bool:
    """Whether the checker may give points of its own instead of accepting or rejecting."""
    return checker.program is not None and _GIVES_POINTS.search(checker.program.files[0].content) is not None


def asks_place(checker: CheckerSpec) -> bool:
    """Whether the checker is to be told the test set and the group of each test."""
    return checker.program is not None and _ASKS_PLACE.search(checker.program.files[0].content) is not None


def _spec(program: Source, path: str) -> CheckerSpec:
    name = PurePosixPath(path.replace("\\", "/")).name
    return CheckerSpec(name="program", program=program, convention=Convention.TESTLIB, program_name=name)
