"""The test data of a Polygon package: what is there, converted to line ends of Unix, and recipes for what is not.

Packages made for Windows end lines in CR LF, which testlib's validators reject on any other system. Standard packages
hold only the tests that somebody wrote by hand; the others name their generator, and answers are those of the main
solution.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from judge.models import MIB, Blob, Source, Testcase
from problems import recipes
from problems.findings import Findings
from problems.polygon.commands import Commands
from problems.polygon.judging import Judging, Test
from problems.recipes import MISSING, ConvertedFile, MissingTest, Recipe, Solved
from problems.tree import Tree

DATA_BYTES = 512 * MIB


@dataclass(slots=True)
class Files:
    """Takes data files of the package, noting where their bytes are or how they are made."""

    tree: Tree
    findings: Findings
    paths: dict[Blob, Path] = field(default_factory=dict)
    converted: dict[Blob, ConvertedFile] = field(default_factory=dict)
    #: By where they really are: problem.xml may name the same file thousands of times.
    _texts: dict[Path, recipes.Text] = field(default_factory=dict)

    def take(self, path: str) -> Blob | None:
        """The blob of a file; None if there is no such file, or, with an error found, none that can be used."""
        entry = self.tree.find(path)
        if entry is None or entry.is_directory:
            return None
        try:
            if entry.real.stat().st_size > DATA_BYTES:
                self.findings.error(path, f"larger than {DATA_BYTES // MIB} MiB")
                return None
            text = self._texts.get(entry.real) or recipes.text(entry.real)
            self._texts[entry.real] = text
        except OSError as error:
            self.findings.error(path, f"cannot be read: {error.strerror}")
            return None
        if text.converted == text.raw:
            self.paths[text.raw] = entry.real
        elif text.converted not in self.paths:
            self.converted[text.converted] = ConvertedFile(path=entry.real, blob=text.converted)
        return text.converted


@dataclass(slots=True)
class TestData:
    """The test cases in judging order, and which test of problem.xml each is."""

    __test__ = False  # not a pytest class

    testcases: list[Testcase] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)


def read(
    judging: Judging, files: Files, commands: Commands, solutions: tuple[Source, ...], findings: Findings
) -> TestData:
    """All tests: samples first, then the others, each in the order of their numbers."""
    found = TestData()
    width = max(2, len(str(len(judging.tests))))
    left_out = []
    for test in sorted(judging.tests, key=lambda test: (not test.is_sample, test.number)):
        name = f"{'sample' if test.is_sample else 'secret'}/{test.number:0{width}d}"
        content = files.take(judging.input_path(test.number))
        generated = None
        if content is None:
            generated = commands.generated(test)
            if generated is None:
                left_out.append(test)
                continue
        answer = files.take(judging.answer_path(test.number))
        if content is None or answer is None:
            solved = Solved(solutions=solutions) if answer is None else None
            found.recipes.append(MissingTest(testcase=name, input=generated, answer=solved))
        found.testcases.append(
            Testcase(name=name, input=content or MISSING, answer=answer or MISSING, points=test.points)
        )
        found.tests.append(test)
    _tell(judging, found, left_out, solutions, findings)
    return found


def _tell(
    judging: Judging, found: TestData, left_out: list[Test], solutions: tuple[Source, ...], findings: Findings
) -> None:
    for test in left_out:
        path = judging.input_path(test.number)
        findings.warning(path, f"test {test.number} is left out: there is no such file, and no command that makes it")
    if not found.tests:
        findings.error("problem.xml", "no test can be judged; without tests anything would be accepted")
    elif all(test.is_sample for test in found.tests):
        findings.error("problem.xml", "no test but samples; anything that passes them would be accepted")
    needs_answers = any(isinstance(recipe, MissingTest) and recipe.answer is not None for recipe in found.recipes)
    if needs_answers and not solutions:
        text = "answers are missing, and no solution with the tag main or accepted can be run here to make them"
        findings.error("problem.xml", text)
