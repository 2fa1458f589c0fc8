"""Makes the test data that a package does not hold: follows its recipes, in cells, each file once.

Generators, and the solutions whose output is the answer, are strangers' programs like any other: they run in the same
cells as submissions, one cell for all tests of a program. What they make is kept among the compiled programs by what it
was made from, so that a second time nothing runs that has not changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from checkers import testlib
from judge.errors import PackageError, Refused
from judge.models import MIB, Blob, CheckerSpec, Convention, Source, Testcase
from judge.pipeline.checking import Case, ProgramChecking, program_checking
from judge.pipeline.compiling import Prepared, environment, prepared, signal_name
from judge.pipeline.room import Bench
from judge.recipes.languages import language
from problems import recipes
from problems.package import Package
from problems.recipes import ConvertedFile, Generated, MissingTest, Solved, Written
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.interaction import Side, interact
from sandbox.outcome import EndedBy, Outcome
from sandbox.pool import Slot
from sandbox.spec import RunLimits, RunSpec

#: Size of a file that a program may make.
DATA_BYTES = 256 * MIB
#: Processor time for one file; a solution may take some times its limit instead if that is more.
MOST_TIME_MS = 60_000
_TIMES = 4
_STDERR_CHARS = 500
#: Told of a package; more failures read like these.
_MOST_FAILURES = 20

Said = Callable[[str], None]


async def completed(package: Package, bench: Bench, slot: Slot, said: Said) -> Package:
    """The same package with all its test data at hand; itself if nothing is missing.

    Args:
        package: as loaded.
        bench: what judging takes; its test data is not used.
        slot: where programs run.
        said: told what goes on, a line at a time.

    Raises:
        PackageError: a file cannot be made, and why.
        SandboxError: this host failed, not the package.
    """
    if not package.recipes:
        return package
    maker = _Maker(package, bench, slot, said)
    await maker.convert()
    await maker.write()
    await maker.generate()
    await maker.solve()
    return maker.package()


async def unstable(package: Package, bench: Bench, slot: Slot, said: Said) -> tuple[str, ...]:
    """Names of the test cases that their generator makes differently when it is run again with the same words.

    Args:
        package: as loaded, its recipes still in it.
        bench: as for ``completed``.
        slot: where generators run.
        said: told what goes on.

    Raises:
        PackageError: a generator fails.
        SandboxError: this host failed.
    """
    maker = _Maker(package, bench, slot, said)
    await maker.generate()
    before = dict(maker.inputs)
    await maker.generate(is_afresh=True)
    return tuple(name for name, blob in before.items() if maker.inputs[name] != blob)


@dataclass(slots=True)
class _Maker:
    """One package on its way to completeness."""

    source: Package
    bench: Bench
    slot: Slot
    said: Said
    #: Inputs and answers made so far, by test case.
    inputs: dict[str, Blob] = field(default_factory=dict)
    answers: dict[str, Blob] = field(default_factory=dict)
    _files: dict[Blob, Path] = field(default_factory=dict)
    _warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._files.update(self.source.files)

    def package(self) -> Package:
        """The package as it is now."""
        testcases = tuple(
            replace(
                testcase,
                input=self.inputs.get(testcase.name, testcase.input),
                answer=self.answers.get(testcase.name, testcase.answer),
            )
            for testcase in self.source.problem.testcases
        )
        return replace(
            self.source,
            problem=replace(self.source.problem, testcases=testcases),
            files=self._files,
            warnings=(*self.source.warnings, *self._warnings),
            recipes=(),
        )

    async def convert(self) -> None:
        """Copy files of Windows with line ends of Unix."""
        for recipe in self.source.recipes:
            if not isinstance(recipe, ConvertedFile):
                continue
            key = _key("converted", recipe.blob.hex)
            path = self.bench.programs.cache.find(key)
            if path is None:
                content = await asyncio.to_thread(_converted, recipe.path)
                if Blob.of(content) != recipe.blob:
                    raise PackageError([f"{recipe.path.name}: changed while the package was read; load it again"])
                path = await asyncio.to_thread(self.bench.programs.cache.put, key, content)
            self._files[recipe.blob] = path

    async def write(self) -> None:
        """Make files of the data that the package holds as text in another file."""
        for recipe in self.source.recipes:
            if not isinstance(recipe, MissingTest):
                continue
            for data, made in ((recipe.input, self.inputs), (recipe.answer, self.answers)):
                if isinstance(data, Written):
                    key = _key("written", Blob.of(data.content).hex)
                    made[recipe.testcase] = await self._keep(key, data.content)

    async def generate(self, *, is_afresh: bool = False) -> None:
        """Make the inputs that generators write; ``is_afresh`` even if they were made before."""
        by_program: dict[bytes, dict[tuple[str, ...], list[tuple[str, Generated]]]] = {}
        for name, order in _orders(self.source):
            if not is_afresh and await self._found(name, self._input_key(order), self.inputs):
                continue
            by_program.setdefault(order.program.digest, {}).setdefault(order.argv, []).append((name, order))
        failures: list[str] = []
        for calls in by_program.values():
            program = next(iter(calls.values()))[0][1].program
            async with self._ready(program) as ready:
                if ready.cell is None:
                    failures.append(f"{program.files[0].name}: does not compile:\n{ready.compilation.output}")
                    continue
                for orders in calls.values():
                    self.said(f"making {', '.join(name for name, _ in orders)}: {_called(orders[0][1])}")
                    failures += await self._call(ready, ready.cell, orders)
        if failures:
            raise PackageError(failures[:_MOST_FAILURES])

    async def solve(self) -> None:
        """Make the answers, each by the first solution that can."""
        waiting = {
            recipe.testcase: tuple(map(self.source.problem.completed, recipe.answer.solutions))
            for recipe in self.source.recipes
            if isinstance(recipe, MissingTest) and isinstance(recipe.answer, Solved)
        }
        testcases = {testcase.name: testcase for testcase in self.package().problem.testcases}
        solutions = {solution.digest: solution for chosen in waiting.values() for solution in chosen}
        for solution in solutions.values():
            todo = [testcases[name] for name, chosen in waiting.items() if solution in chosen]
            for testcase in todo:
                if await self._found(testcase.name, self._answer_key(solution, testcase), self.answers):
                    del waiting[testcase.name]
            await self._solve_with(solution, [testcase for testcase in todo if testcase.name in waiting])
            for name in self.answers.keys() & waiting.keys():
                del waiting[name]
        if waiting:
            text = f"no solution gives an answer for {', '.join(list(waiting)[:_MOST_FAILURES])}"
            raise PackageError([*self._warnings[:_MOST_FAILURES], f"{self.source.name}: {text}"])

    async def _solve_with(self, solution: Source, testcases: list[Testcase]) -> None:
        if not testcases:
            return
        async with self._ready(solution) as ready:
            if ready.cell is None:
                why = f"does not compile here, so that another solution makes answers:\n{ready.compilation.output}"
                self._warnings.append(f"{solution.files[0].name}: {why}")
                return
            async with self._talking() as interactor:
                for testcase in testcases:
                    self.said(f"answering {testcase.name}: {solution.files[0].name}")
                    answer = await self._answer(solution, ready.cell, testcase, interactor)
                    if isinstance(answer, str):
                        self._warnings.append(f"{solution.files[0].name}: gives no answer to {testcase.name}: {answer}")
                    else:
                        self.answers[testcase.name] = await self._keep(self._answer_key(solution, testcase), answer)

    async def _answer(
        self, solution: Source, cell: Cell, testcase: Testcase, interactor: ProgramChecking | None
    ) -> bytes | str:
        """What the solution answers, or why it does not. In an interactive problem the interactor writes the answer."""
        problem = self.source.problem
        spec = RunSpec(
            argv=(*self._argv(solution), *testcase.args),
            env=environment(language(solution.language)),
            stdin=self._files[testcase.input],
            stdin_name=problem.input_file,
            stdout_name=problem.output_file,
            limits=self._limits(solution, max(MOST_TIME_MS, _TIMES * problem.limits.time_ms)),
        )
        if interactor is None:
            outcome = await cell.run(spec)
            return _failure(outcome) or await asyncio.to_thread(_output, cell)
        empty = self._files[await self._keep(_key("empty"), b"")]
        case = Case(testcase=testcase, input=self._files[testcase.input], answer=empty)
        theirs = interactor.interactor_spec(case)
        talk = await interact(
            contestant=Side(cell=cell, spec=replace(spec, stdin=None)), judge=Side(cell=interactor.cell, spec=theirs)
        )
        failure = _failure(talk.judge) or _failure(talk.contestant)
        try:
            return failure or interactor.cell.take_feedback().get(testlib.TOUT, b"")
        except Refused as error:
            return str(error)

    @contextlib.asynccontextmanager
    async def _talking(self) -> AsyncIterator[ProgramChecking | None]:
        """The problem's interactor, ready; None where it has none."""
        problem, bench = self.source.problem, self.bench
        if problem.interactor is None:
            yield None
            return
        spec = CheckerSpec(name="program", program=problem.interactor, convention=Convention.TESTLIB)
        async with program_checking(
            spec, problem.limits, bench.programs, pool=bench.pool, slot=self.slot, what="interactor"
        ) as talking:
            yield talking

    async def _call(self, ready: Prepared, cell: Cell, orders: list[tuple[str, Generated]]) -> list[str]:
        """Run a generator once for all inputs that the same words make; what failed, as lines."""
        order = orders[0][1]
        writes_files = any(order.file for _, order in orders)
        outcome = await cell.run(
            RunSpec(
                argv=(*self._argv(order.program), *order.argv),
                env=environment(language(order.program.language)),
                is_work_writable=writes_files,
                limits=self._limits(order.program, max(MOST_TIME_MS, self.source.problem.limits.validation_time_ms)),
            )
        )
        failure = _failure(outcome)
        if failure:
            return [f"{name}: {_called(order)}: {failure}" for name, order in orders]
        stdout = await asyncio.to_thread(_output, cell)
        written: dict[str, bytes] = {}
        if writes_files:
            try:
                written = {file.name: file.content for file in bundle.unpack(await cell.save())}
            except Refused as error:
                return [f"{name}: {_called(order)}: {error}" for name, order in orders]
            await cell.load(ready.program)
        failures = []
        for name, made in orders:
            content = written.get(made.file) if made.file else stdout
            if content is None:
                failures.append(f"{name}: {_called(made)}: wrote no file {made.file!r}")
            else:
                self.inputs[name] = await self._keep(self._input_key(made), content)
        return failures

    def _ready(self, program: Source) -> contextlib.AbstractAsyncContextManager[Prepared]:
        limits, bench = self.source.problem.limits, self.bench
        return prepared(program, limits, bench.programs, pool=bench.pool, slot=self.slot, is_packages=True)

    def _argv(self, program: Source) -> tuple[str, ...]:
        return language(program.language).run_argv(program, memory_bytes=self._memory_bytes)

    @property
    def _memory_bytes(self) -> int:
        """Generators hold more than solutions may, and on another system a solution may need more than on its own."""
        limits = self.source.problem.limits
        return max(2 * limits.memory_bytes, limits.validation_memory_bytes)

    def _limits(self, program: Source, cpu_ms: int) -> RunLimits:
        recipe = language(program.language)
        return RunLimits(
            cpu_ms=cpu_ms,
            wall_ms=2 * cpu_ms + 1000,
            memory_bytes=recipe.memory_bytes(self._memory_bytes),
            output_bytes=DATA_BYTES,
            processes=recipe.process_count(self.source.problem.limits.processes),
            stack_bytes=recipe.stack_bytes,
        )

    def _input_key(self, order: Generated) -> str:
        return _key("input", self.bench.programs.key(order.program), *order.argv, order.file)

    def _answer_key(self, solution: Source, testcase: Testcase) -> str:
        problem, key = self.source.problem, self.bench.programs.key
        interactor = key(problem.interactor) if problem.interactor is not None else ""
        names = (problem.input_file, problem.output_file)
        return _key("answer", key(solution), testcase.input.hex, interactor, *names, *testcase.args)

    async def _found(self, name: str, key: str, made: dict[str, Blob]) -> bool:
        """Whether that was made before; if so it is put among what is ``made``."""
        path = self.bench.programs.cache.find(key)
        if path is None:
            return False
        text = await asyncio.to_thread(recipes.text, path)
        self._files[text.raw] = path
        made[name] = text.raw
        return True

    async def _keep(self, key: str, content: bytes) -> Blob:
        blob = Blob.of(content)
        self._files[blob] = await asyncio.to_thread(self.bench.programs.cache.put, key, content)
        return blob


def _orders(package: Package) -> Iterable[tuple[str, Generated]]:
    for recipe in package.recipes:
        if isinstance(recipe, MissingTest) and isinstance(recipe.input, Generated):
            yield recipe.testcase, recipe.input


def _key(*parts: str) -> str:
    """The name under which something made is kept; programs are kept under names of another form."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogateescape")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return f"data-{digest.hexdigest()}"


def _called(order: Generated) -> str:
    """The generator and its words, as a person would write them, cut where nobody reads on."""
    return " ".join((order.program.files[0].name, *order.argv))[:200]


def _converted(path: Path) -> bytes:
    return b"".join(recipes.unix_lines(recipes.chunks(path)))


def _output(cell: Cell) -> bytes:
    with cell.open_stdout() as stdout:
        return stdout.read()


def _failure(outcome: Outcome) -> str:
    """Why a run made nothing that can be used; empty if it did."""
    if outcome.ended_by is EndedBy.ITSELF and outcome.exit_code == 0:
        return ""
    if outcome.ended_by is not EndedBy.ITSELF:
        happened = f"was ended by its limit of {outcome.ended_by.value}"
    elif outcome.signal is not None:
        happened = f"was killed by {signal_name(outcome.signal)}"
    else:
        happened = f"exited with {outcome.exit_code}"
    said = outcome.stderr.decode("utf-8", "replace")[:_STDERR_CHARS].strip()
    return f"{happened}: {said}" if said else happened
