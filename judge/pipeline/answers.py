"""Submissions that are answers: output files, one for each test case, instead of a program (2025-09, submit-answer).

The format leaves open how files are told apart. Here a file belongs to the test case whose name it has, extension
aside: ``03.out``, ``03.ans`` or ``03.txt`` to ``secret/03``; among test cases of one base name, the folders decide as
well. A submission of a single file answers a problem's only secret test case, whatever the file is called.
"""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from pathlib import PurePosixPath

from checkers.base import CheckerFailure
from judge.models import Problem, Run, Source, Testcase
from judge.pipeline.checking import Case, Checking, Output, TestData
from judge.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Judges the files of one submission."""

    problem: Problem
    source: Source
    checking: Checking
    data: TestData

    async def run(self, testcase: Testcase) -> Run:
        run = Run(testcase=testcase.name, verdict=Verdict.WA, cpu_us=0, wall_us=0, memory_bytes=0)
        content = self._content(testcase)
        if content is None:
            return dataclasses.replace(
                run, reason="no answer", message="no file of the submission is for this test case"
            )
        case = Case(
            testcase=testcase,
            input=await self.data.path(testcase.input),
            answer=await self.data.path(testcase.answer),
        )
        try:
            output = Output(size=len(content), open=lambda: io.BytesIO(content))
            checked = await self.checking.check(case, output)
        except CheckerFailure as failure:
            return dataclasses.replace(run, verdict=Verdict.JE, message=str(failure))
        return dataclasses.replace(
            run,
            verdict=Verdict.AC if checked.is_accepted else Verdict.WA,
            message=checked.message,
            team_message=checked.team_message,
            score=checked.score,
            multiplier=checked.multiplier,
        )

    def _content(self, testcase: Testcase) -> bytes | None:
        """The file for a test case: of those that end like its name, the one that has the most of it."""
        wanted = PurePosixPath(testcase.name).parts
        best: tuple[int, bytes] | None = None
        for file in self.source.files:
            named = PurePosixPath(file.name).with_suffix("").parts
            if named == wanted[-len(named) :] and (best is None or len(named) > best[0]):
                best = (len(named), file.content)
        if best is not None:
            return best[1]
        secret = [case for case in self.problem.testcases if not case.is_sample]
        if len(self.source.files) == 1 and secret == [testcase]:
            return self.source.files[0].content
        return None
