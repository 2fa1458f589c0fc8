"""Where one submission is judged: its program's cell, and those of the package's programs, opened when first needed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from checkers import validator
from checkers.base import CheckerFailure
from judge.models import CheckerSpec, Convention, Limits, Problem, Run, Source, Testcase, static_case
from judge.pipeline.answers import Answers
from judge.pipeline.checking import (
    ProgramChecking,
    TestData,
    checking,
    program_checking,
    read_validator,
    validation_limits,
)
from judge.pipeline.compiling import Prepared, Programs, environment, packed, prepared
from judge.pipeline.grading import Graded
from judge.pipeline.running import Runner
from judge.recipes.languages import entry_point, language
from judge.verdicts import Verdict
from sandbox import bundle
from sandbox.pool import CellPool, Slot
from sandbox.spec import RunSpec

#: Where in /work a static validator lies, beside the submission's own files.
_BESIDE = "static-validator/"
_WORK = re.compile(r"^(?:/work(?=/|$)|\.(?=/))")
_GRADED = re.compile(rb"\s*(AC|WA|TLE|RTE|MLE|OLE|IF|JE)\s+([+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30}))\s*")
_LIMITS = TypeAdapter(Limits)
#: Limits that decide whether there is a program, and nothing of what it does.
_OF_COMPILING = {"code_bytes", "compile_time_ms", "compile_memory_bytes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What judging takes: cells, programs, test data."""

    pool: CellPool
    programs: Programs
    data: TestData
    #: Goes into the keys of runs, for those that are kept beyond this program's life.
    surroundings: str = ""


@dataclass(slots=True, kw_only=True)
class Room:
    """One submission, its problem, and whatever judges the one by the other."""

    problem: Problem
    source: Source
    judges: Runner | Answers
    programs: Programs
    surroundings: str
    pool: CellPool
    slot: Slot
    stack: contextlib.AsyncExitStack
    _grader: ProgramChecking | None = None
    _fingerprint: bytes = field(default=b"", init=False)

    async def run(self, testcase: Testcase) -> Run:
        """Judge the submission on a test case."""
        return replace(await self.judges.run(testcase), key=self.key(testcase))

    def key(self, testcase: Testcase) -> str:
        """What tells a run on that test case from any other: a digest of all that it depends on."""
        if not self._fingerprint:
            self._fingerprint = self._of_problem()
        parts = (
            self._fingerprint,
            testcase.input.sha256,
            testcase.answer.sha256,
            repr((testcase.checker_flags, sorted(testcase.named_flags.items()), testcase.args)).encode(),
            repr(sorted((name, blob.sha256) for name, blob in testcase.files.items())).encode(),
            repr(testcase.points).encode(),
            # Of several submitted files the names tell which one is judged.
            repr((testcase.name, [case.name for case in self.problem.testcases])).encode()
            if self.problem.is_submit_answer
            else b"",
        )
        return _digest(*parts).hex()

    def _of_problem(self) -> bytes:
        problem = self.problem
        judges = [checker.program for checker in problem.checker.all] + [problem.interactor]
        return _digest(
            self.surroundings.encode(),
            self.source.digest if problem.is_submit_answer else self._of_program(self.source),
            *(self._of_program(program) if program else b"" for program in judges),
            _LIMITS.dump_json(problem.limits, exclude=_OF_COMPILING),
            repr(
                (
                    [(checker.name, checker.convention, checker.program_name) for checker in problem.checker.all],
                    (problem.is_interactive, problem.allows_file_writing, problem.input_file, problem.output_file),
                )
            ).encode(),
        )

    def _of_program(self, source: Source) -> bytes:
        return f"{self.programs.key(source)} in {self.programs.run_image(language(source.language))}".encode()

    async def validate_statically(self, group: str, flags: tuple[str, ...]) -> Run:
        """Have the static validator look at the submission, for that group ("Static validator" in 2025-09).

        Raises:
            CheckerFailure: it fails itself, or does not compile.
            SandboxError: a cell failed.
        """
        program = self.problem.static_validator
        assert program is not None
        limits = self.problem.limits
        async with prepared(
            program, limits, self.programs, pool=self.pool, slot=self.slot, shows_data=True, is_packages=True
        ) as ready:
            if ready.cell is None:
                raise CheckerFailure(f"the static validator does not compile:\n{ready.compilation.output}")
            beside = (replace(file, name=_BESIDE + file.name) for file in bundle.unpack(ready.program))
            await ready.cell.load(bundle.join(beside) + packed(self.source))
            recipe = language(program.language)
            argv = recipe.run_argv(program, memory_bytes=limits.validation_memory_bytes)
            outcome = await ready.cell.run(
                RunSpec(
                    argv=(
                        *(_WORK.sub(f"/work/{_BESIDE.rstrip('/')}", word) for word in argv),
                        language(self.source.language).code,
                        entry_point(self.source),
                        "/feedback/",
                        *flags,
                    ),
                    env=environment(recipe),
                    feedback=validator.FEEDBACK,
                    limits=validation_limits(program, limits),
                )
            )
        checked = read_validator(outcome, what="static validator")
        return Run(
            testcase=static_case(group),
            verdict=Verdict.AC if checked.is_accepted else Verdict.WA,
            cpu_us=outcome.cpu_us,
            wall_us=outcome.wall_us,
            memory_bytes=outcome.memory_bytes,
            message=checked.message,
            team_message=checked.team_message,
            score=checked.score,
            multiplier=checked.multiplier,
        )

    async def grade(self, flags: tuple[str, ...], members: Sequence[Graded]) -> Graded:
        """Ask the package's own grader (legacy format, "Graders").

        Raises:
            CheckerFailure: it fails, or does not compile.
            SandboxError: a cell failed.
        """
        if self._grader is None:
            self._grader = await self.stack.enter_async_context(
                program_checking(
                    CheckerSpec(name="program", program=self.problem.grader),
                    self.problem.limits,
                    self.programs,
                    pool=self.pool,
                    slot=self.slot,
                    what="grader",
                )
            )
        lines = "".join(f"{member.verdict.value} {member.score!r}\n" for member in members)
        spec = replace(self._grader.grader_spec(flags), stdin=io.BytesIO(lines.encode()))
        outcome = await self._grader.cell.run(spec)
        with self._grader.cell.open_stdout() as stream:
            said = stream.read(1000)
        found = _GRADED.fullmatch(said)
        if outcome.exit_code != 0 or found is None:
            raise CheckerFailure(f"the grader ended with {outcome.exit_code} and said {said[:200]!r}")
        word = found[1].decode()
        if word in ("JE", "IF"):
            raise CheckerFailure(f"the grader said {word}")
        return Graded(Verdict(word), float(found[2]))


@contextlib.asynccontextmanager
async def open_room(
    problem: Problem, source: Source, program: Prepared | None, bench: Bench, slot: Slot
) -> AsyncIterator[Room]:
    """A room for the submission, whose ``program`` is ready; None where it is not a program.

    Raises:
        CheckerFailure: a program of the package does not compile.
        SandboxError: a cell failed.
    """
    programs, pool, data = bench.programs, bench.pool, bench.data
    async with contextlib.AsyncExitStack() as stack:
        checks = await stack.enter_async_context(checking(problem, programs, pool=pool, slot=slot))
        if program is None or program.cell is None:
            judges: Runner | Answers = Answers(problem=problem, source=source, checking=checks, data=data)
        else:
            talking = checks if problem.is_interactive else None
            if problem.interactor is not None:
                interactor = CheckerSpec(name="program", program=problem.interactor, convention=Convention.TESTLIB)
                talking = await stack.enter_async_context(
                    program_checking(interactor, problem.limits, programs, pool=pool, slot=slot, what="interactor")
                )
            if talking is not None and not isinstance(talking, ProgramChecking):
                raise CheckerFailure("an interactive problem has exactly one output validator")
            if problem.limits.passes > 1 and not isinstance(checks, ProgramChecking):
                raise CheckerFailure("a multi-pass problem has exactly one output validator")
            judges = Runner(
                problem=problem,
                source=source,
                cell=program.cell,
                program=program.program,
                checking=checks,
                talking=talking,
                data=data,
            )
        yield Room(
            problem=problem,
            source=source,
            judges=judges,
            programs=programs,
            surroundings=bench.surroundings,
            pool=pool,
            slot=slot,
            stack=stack,
        )


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
