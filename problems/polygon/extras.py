"""Tests of the package's own validators and checker, which are never judged: what each must make of some file."""

from __future__ import annotations

from problems.extra import ExtraCase
from problems.findings import Findings
from problems.polygon.data import Files
from problems.polygon.judging import filled
from problems.polygon.markup import Element
from problems.polygon.paths import plain_path
from problems.polygon.programs import NotUsable, Workshop
from problems.validators import InputValidator

MOST_CASES = 1000

_REJECTED = ("wrong-answer", "presentation-error")


def validators(root: Element, workshop: Workshop, findings: Findings) -> tuple[InputValidator, ...]:
    """The programs that look at inputs. Those that cannot be used become warnings: inputs are judged without them."""
    found = []
    for element in root.all("assets/validators/validator"):
        source = element.find("source")
        try:
            if source is None:
                raise NotUsable("it has no <source>")
            program = workshop.read(source)
        except NotUsable as error:
            findings.warning("problem.xml", f"a validator is ignored: {error}", line=element.line)
            continue
        found.append(InputValidator(name=program.files[0].name, kind="program", source=program, note=""))
    return tuple(found)


def cases(root: Element, files: Files) -> tuple[ExtraCase, ...]:
    """Inputs that validators must reject, and outputs that the checker must accept or reject."""
    found: list[ExtraCase] = []
    for testset in root.all("assets/validators/validator/testset"):
        for number, test in enumerate(testset.all("tests/test"), start=1):
            content = files.take(_path(testset, "input-path-pattern", number))
            if test.get("verdict") == "invalid" and content is not None and len(found) < MOST_CASES:
                name = f"invalid_input/{len(found) + 1:02d}"
                found.append(
                    ExtraCase(
                        name=name,
                        kind="invalid_input",
                        input=content,
                        answer=None,
                        output=None,
                        checker_flags=(),
                        input_flags=_flags(test),
                    )
                )
    for testset in root.all("assets/checker/testset"):
        found += _checker_cases(testset, files, MOST_CASES - len(found))
    return tuple(found)


def _checker_cases(testset: Element, files: Files, most: int) -> list[ExtraCase]:
    found: list[ExtraCase] = []
    for number, test in enumerate(testset.all("tests/test")[:most], start=1):
        verdict = test.get("verdict")
        if verdict != "ok" and verdict not in _REJECTED:
            continue
        patterns = ("input-path-pattern", "output-path-pattern", "answer-path-pattern")
        content, output, answer = (files.take(_path(testset, pattern, number)) for pattern in patterns)
        if content is None or output is None:
            continue
        is_valid = verdict == "ok"
        found.append(
            ExtraCase(
                name=f"{'valid' if is_valid else 'invalid'}_output/{number:02d}",
                kind="valid_output" if is_valid else "invalid_output",
                input=content,
                answer=answer,
                output=output,
                checker_flags=(),
                input_flags={},
            )
        )
    return found


def _flags(test: Element) -> dict[str, tuple[str, ...]]:
    """What a validator is told of where the test stands."""
    words: list[str] = []
    for name in ("testset", "group"):
        if test.get(name):
            words += [f"--{name}", test.get(name)]
    return {"": tuple(words)} if words else {}


def _path(testset: Element, tag: str, number: int) -> str:
    """The file of that number; a pattern that cannot be meant names no file."""
    return plain_path(filled(testset.said(tag), number) or "") or "files/none"
