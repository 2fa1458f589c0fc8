"""One test case: the submission's run, or several passes of it, or its talk with the judge's program; then the check.

Whoever failed is told apart here: the submission, by a verdict, or the package's programs, by JE with their words.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from checkers import testlib, validator
from checkers.base import CheckerFailure, CheckOutcome
from judge.incidents import of_run
from judge.models import Limits, Problem, Run, Source, Testcase
from judge.pipeline.checking import Case, Checking, Output, ProgramChecking, TestData
from judge.pipeline.compiling import environment, signal_name
from judge.recipes.languages import language
from judge.verdicts import Verdict
from sandbox import bundle
from sandbox.cell import MOST_PATIENCE, Cell
from sandbox.interaction import Interaction, Side, interact
from sandbox.outcome import EndedBy, Outcome
from sandbox.spec import RunLimits, RunSpec

#: A submission that waited this part of its wall time for the judge's program to compute, or for the host to let either
#: of them, is run once more and may wait for longer.
_EXCUSED_PART = 0.3


@dataclass(slots=True, kw_only=True)
class Runner:
    """Judges test cases of one problem for one submission, whose program waits in ``cell``."""

    problem: Problem
    source: Source
    cell: Cell
    #: The bundle that the cell's /work was made of.
    program: bytes
    checking: Checking
    #: What talks to the submission: the output validator, or a Polygon interactor; None where nothing does.
    talking: ProgramChecking | None
    data: TestData
    _is_touched: bool = field(default=False, init=False)

    async def run(self, testcase: Testcase) -> Run:
        """Judge the submission on a test case.

        Raises:
            SandboxError: a cell failed.
        """
        case = Case(
            testcase=testcase,
            input=await self.data.path(testcase.input),
            answer=await self.data.path(testcase.answer),
            files={name: await self.data.path(blob) for name, blob in testcase.files.items()},
        )
        try:
            return await (self._passes(case) if self.problem.limits.passes > 1 else self._once(case))
        except _Failure as failure:
            return dataclasses.replace(failure.run, verdict=Verdict.JE, message=str(failure), score=None)

    async def _lay_out(self, case: Case) -> None:
        """Have /work hold the program and the test case's files, and nothing of an earlier run or pass."""
        if case.files or self._is_touched:
            program = self.program
            if case.files:
                extra = {name: path.read_bytes() for name, path in case.files.items()}
                kept = [file for file in bundle.unpack(program) if file.name not in extra]
                program = bundle.join(kept) + bundle.pack(extra)
            await self.cell.load(program)
        self._is_touched = bool(case.files) or self.problem.allows_file_writing

    async def _once(self, case: Case) -> Run:
        if self.talking is not None:
            return await self._talk(case, self.talking)
        spec = self._spec(case, stdin=case.input)
        await self._lay_out(case)
        outcome = await self.cell.run(spec)
        stopped = stopped_run(case.testcase, outcome, spec.limits)
        if stopped is not None:
            return stopped
        output = Output(size=outcome.stdout_bytes, open=self.cell.open_stdout)
        return _judged(case.testcase, outcome, await _checked(self.checking, case, output, outcome))

    # Interactive problems.

    async def _talk(self, case: Case, talking: ProgramChecking) -> Run:
        """The submission and the judge's program, each at the other's streams."""
        is_interactor = self.problem.interactor is not None
        spec = talking.interactor_spec(case) if is_interactor else talking.spec(case)
        interaction, limits = await self._interact(case, spec, talking)
        run = self._after_talk(case, interaction, limits, talking)
        if not is_interactor or run.verdict is not Verdict.AC:
            return run
        # What the interactor wrote is for the checker to judge (testlib).
        written = talking.cell.take_feedback().get(testlib.TOUT, b"")
        output = Output(size=len(written), open=lambda: io.BytesIO(written))
        outcome = interaction.contestant
        return _judged(case.testcase, outcome, await _checked(self.checking, case, output, outcome))

    async def _interact(self, case: Case, judges: RunSpec, talking: ProgramChecking) -> tuple[Interaction, RunLimits]:
        """Let both talk; once more, and for longer, where the submission only waited for others who had the core."""
        limits = self.problem.limits
        for extra_ms in (0, 2 * limits.validation_time_ms):
            spec = self._spec(case, stdin=None)
            spec = dataclasses.replace(
                spec, limits=dataclasses.replace(spec.limits, wall_ms=spec.limits.wall_ms + extra_ms)
            )
            # On a disturbed host the submission is given more wall time, which its counterpart spends waiting for it.
            patience_ms = MOST_PATIENCE * spec.limits.wall_ms + limits.validation_time_ms + 1000
            longest = dataclasses.replace(judges.limits, wall_ms=patience_ms)
            await self._lay_out(case)
            interaction = await interact(
                contestant=Side(cell=self.cell, spec=spec),
                judge=Side(cell=talking.cell, spec=dataclasses.replace(judges, limits=longest)),
                is_decided=lambda outcome: not talking.accepts(outcome),
            )
            contestant = interaction.contestant
            waited_us = contestant.wall_us - contestant.cpu_us
            # A host that kept one of them from the core both share did so to the other as well.
            excused_us = interaction.judge.cpu_us + contestant.noise.get("waited_us", 0)
            if contestant.ended_by is not EndedBy.WALL or excused_us < _EXCUSED_PART * waited_us:
                break
        return interaction, spec.limits

    def _after_talk(self, case: Case, talk: Interaction, limits: RunLimits, talking: ProgramChecking) -> Run:
        """Who failed first decides ("Interactive" in the format's judging rules; as problemtools and DOMjudge do)."""
        outcome = talk.contestant
        stopped = stopped_run(case.testcase, outcome, limits)
        try:
            checked = talking.read(talk.judge, case, what="interactor")
        except CheckerFailure as failure:
            # A program that did not expect the submission to be gone may end in any way; that one is not to blame.
            is_victim = not talk.judge_was_first and talk.judge.ended_by is EndedBy.ITSELF
            if is_victim and stopped is not None:
                return stopped
            raise _Failure(str(failure), _run(case.testcase, outcome, Verdict.JE)) from failure
        if talk.judge_was_first and not checked.is_accepted:
            return _judged(case.testcase, outcome, checked)
        return stopped or _judged(case.testcase, outcome, checked)

    # Multi-pass problems.

    async def _passes(self, case: Case) -> Run:
        """Pass after pass, each with the input that the output validator left for it ("Multi-pass validation")."""
        state: dict[str, bytes] = {}
        next_input: bytes | None = None
        made: list[Run] = []
        for _ in range(self.problem.limits.passes):
            run, state = await self._pass(case, next_input, state)
            made.append(run)
            next_input = state.pop(validator.NEXT_INPUT, None)
            # Of a submission that was stopped after the talk the validator could not know.
            if run.verdict is Verdict.WA and next_input is not None:
                raise _Failure(f"output validator wrote {validator.NEXT_INPUT}, but did not accept", _whole(made))
            if run.verdict is not Verdict.AC or next_input is None:
                return _whole(made)
        most = f"limits.validation_passes allows {self.problem.limits.passes}"
        raise _Failure(f"output validator wants one pass more than {most}", _whole(made))

    async def _pass(
        self, case: Case, next_input: bytes | None, state: Mapping[str, bytes]
    ) -> tuple[Run, dict[str, bytes]]:
        """One pass, and the files that the output validator left."""
        assert isinstance(self.checking, ProgramChecking)
        program = self.checking
        with _as_file(next_input) as written:
            spec = dataclasses.replace(
                program.spec(case, input_file=written), keeps_feedback=True, feedback_files=state
            )
            if self.talking is not None:
                interaction, limits = await self._interact(case, spec, program)
                return self._after_talk(case, interaction, limits, program), program.cell.take_feedback()
            contestants = self._spec(case, stdin=written or case.input)
            await self._lay_out(case)
            outcome = await self.cell.run(contestants)
            stopped = stopped_run(case.testcase, outcome, contestants.limits)
            if stopped is not None:
                return stopped, {}
            with self.cell.open_stdout() as output:
                ended = await program.cell.run(dataclasses.replace(spec, stdin=output))
        try:
            checked = program.read(ended, case)
        except CheckerFailure as failure:
            raise _Failure(str(failure), _run(case.testcase, outcome, Verdict.JE)) from failure
        return _judged(case.testcase, outcome, checked), program.cell.take_feedback()

    def _spec(self, case: Case, *, stdin: Path | BinaryIO | None) -> RunSpec:
        return run_spec(self.problem, self.source, stdin=stdin, args=case.testcase.args)


def run_spec(problem: Problem, source: Source, *, stdin: Path | BinaryIO | None, args: tuple[str, ...] = ()) -> RunSpec:
    """How a submission to the problem is run on that input."""
    recipe = language(source.language)
    return RunSpec(
        argv=(*recipe.run_argv(source, memory_bytes=problem.limits.memory_bytes), *args),
        env=environment(recipe),
        stdin=stdin,
        is_work_writable=problem.allows_file_writing,
        stdin_name=problem.input_file,
        stdout_name=problem.output_file,
        limits=run_limits(source, problem.limits),
    )


@contextlib.contextmanager
def _as_file(content: bytes | None) -> Iterator[Path | None]:
    """A file with that content, gone at exit; None for None."""
    if content is None:
        yield None
        return
    with tempfile.NamedTemporaryFile(prefix="judge-pass-") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)


class _Failure(Exception):
    """The package's program failed on a run."""

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


def run_limits(source: Source, limits: Limits) -> RunLimits:
    """The limits of a submission's run, with what its language needs beside them."""
    recipe = language(source.language)
    return RunLimits(
        cpu_ms=recipe.time_ms(limits.time_ms),
        wall_ms=limits.wall_ms + 2 * (recipe.time_ms(limits.time_ms) - limits.time_ms),
        memory_bytes=recipe.memory_bytes(limits.memory_bytes),
        output_bytes=limits.output_bytes,
        processes=recipe.process_count(limits.processes),
        stack_bytes=recipe.stack_bytes,
    )


async def _checked(checking: Checking, case: Case, output: Output, outcome: Outcome) -> CheckOutcome:
    try:
        return await checking.check(case, output)
    except CheckerFailure as failure:
        raise _Failure(str(failure), _run(case.testcase, outcome, Verdict.JE)) from failure


def stopped_run(testcase: Testcase, outcome: Outcome, limits: RunLimits) -> Run | None:
    """The run of a program that a limit, a signal or its exit code failed; None if its output has to be checked.

    The order matters: what ended the run comes first, since a program that passed a limit is killed by a signal too.
    """
    if outcome.ended_by is EndedBy.MEMORY or outcome.memory_bytes > limits.memory_bytes:
        return _run(testcase, outcome, Verdict.MLE)
    if outcome.ended_by is EndedBy.CPU or outcome.cpu_us > limits.cpu_ms * 1000:
        return _run(testcase, outcome, Verdict.TLE)
    if outcome.ended_by is EndedBy.WALL:
        return _run(testcase, outcome, Verdict.TLE, reason="idle")
    if outcome.ended_by is EndedBy.OUTPUT:
        return _run(testcase, outcome, Verdict.OLE)
    if outcome.exec_errno is not None:
        return _run(testcase, outcome, Verdict.RTE, reason=f"cannot be started: {os.strerror(outcome.exec_errno)}")
    if outcome.signal is not None:
        return _run(testcase, outcome, Verdict.RTE, reason=f"killed by {signal_name(outcome.signal)}")
    if outcome.exit_code != 0:
        return _run(testcase, outcome, Verdict.RTE, reason=f"exit code {outcome.exit_code}")
    return None


def _judged(testcase: Testcase, outcome: Outcome, checked: CheckOutcome) -> Run:
    """The run of a program whose output was checked."""
    run = _run(testcase, outcome, Verdict.AC if checked.is_accepted else Verdict.WA, message=checked.message)
    return dataclasses.replace(
        run, team_message=checked.team_message, score=checked.score, multiplier=checked.multiplier
    )


def _run(testcase: Testcase, outcome: Outcome, verdict: Verdict, *, reason: str = "", message: str = "") -> Run:
    return Run(
        testcase=testcase.name,
        verdict=verdict,
        cpu_us=outcome.cpu_us,
        wall_us=outcome.wall_us,
        memory_bytes=outcome.memory_bytes,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        reason=reason,
        message=message,
        noise=dict(outcome.noise),
        incidents=of_run(denied=outcome.denied, oom_kills=outcome.oom_kills),
    )


def _whole(passes: list[Run]) -> Run:
    """All passes as one run: limits hold for each pass, so that the most of each counts."""
    return dataclasses.replace(
        passes[-1],
        cpu_us=max(run.cpu_us for run in passes),
        wall_us=max(run.wall_us for run in passes),
        memory_bytes=max(run.memory_bytes for run in passes),
        incidents=tuple(dict.fromkeys(incident for run in passes for incident in run.incidents)),
        passes=len(passes),
    )
