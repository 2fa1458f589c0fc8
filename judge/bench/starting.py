"""What starting a program costs: as it is judged, and bare in the same cell, and by another command; all in turns."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from judge.errors import SandboxError
from judge.models import MIB
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.outcome import Outcome
from sandbox.spec import RunSpec
from sandbox.yardsticks import containers
from sandbox.yardsticks.programs import Programs

#: Everybody takes turns in batches, so that a change of the host's load hits all alike.
BATCHES = 5
RUNS = 5


@dataclass(slots=True, kw_only=True)
class Started:
    """Runs of one program, batch by batch."""

    judged: list[list[Outcome]] = field(default_factory=list)
    #: By the command that the program was started with instead; empty where there was none.
    otherwise: list[list[Outcome]] = field(default_factory=list)
    #: Microseconds of each bare fork, exec and wait; empty where Docker cannot start one beside the launcher.
    bare_us: list[list[float]] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(run.cpu_us for batch in self.judged for run in batch) / 1000

    @property
    def otherwise_cpu_ms(self) -> float:
        return statistics.median(run.cpu_us for batch in self.otherwise for run in batch) / 1000

    @property
    def times_otherwise(self) -> float:
        """Processor time as judged, in that of the other command: the middle of the batches' ratios."""
        pairs = zip(self.judged, self.otherwise, strict=True)
        return statistics.median(_median(ours, _cpu_us) / _median(theirs, _cpu_us) for ours, theirs in pairs)

    @property
    def bare_ms(self) -> float:
        return statistics.median(us for batch in self.bare_us for us in batch) / 1000

    @property
    def beyond_bare_ms(self) -> float:
        """From request to report, less the bare command: the middle of the batches' differences."""
        pairs = zip(self.judged, self.bare_us, strict=True)
        return statistics.median(_median(ours, _whole_us) - statistics.median(bare) for ours, bare in pairs) / 1000

    @property
    def memory_mib(self) -> float:
        return max(run.memory_bytes for batch in self.judged for run in batch) / MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """Another way to start the same program, in a cell on the same core."""

    cell: Cell
    spec: RunSpec


async def measure(
    cell: Cell, program: bytes, spec: RunSpec, *, otherwise: Otherwise | None = None, yardsticks: Programs | None = None
) -> Started:
    """Start the program in the bundle ``program`` by turns as ``spec`` says, otherwise, and bare.

    Args:
        cell: where it is started as ``spec`` says, and bare.
        program: loaded into the cells first.
        spec: how it is judged.
        otherwise: nothing, or how else.
        yardsticks: what starts it bare; None leaves that out.

    Raises:
        SandboxError: it does not end with exit code 0.
    """
    await cell.load(_with_stopwatch(program, yardsticks.binaries) if yardsticks else program)
    if otherwise:
        await otherwise.cell.load(program)
    found = Started()
    for _ in range(BATCHES):
        found.judged.append(await _runs(cell, spec))
        if otherwise:
            found.otherwise.append(await _runs(otherwise.cell, otherwise.spec))
        if yardsticks:
            bare = containers.bare_forkexec_us(cell, spec.argv, env=spec.env, count=RUNS, warm_up=1)
            found.bare_us.append(await bare)
    return found


async def _runs(cell: Cell, spec: RunSpec) -> list[Outcome]:
    # The first finds less in the caches than the others.
    found = [await cell.run(spec) for _ in range(RUNS + 1)][1:]
    for run in found:
        if run.exit_code != 0:
            raise SandboxError(f"{spec.argv[0]} does not run: {run.stderr.decode(errors='replace')[:500] or run}")
    return found


def _with_stopwatch(program: bytes, binaries: Mapping[str, bytes]) -> bytes:
    watch = bundle.File(name="stopwatch", content=binaries["stopwatch"], is_executable=True)
    return bundle.join([*bundle.unpack(program), watch])


def _median(runs: Sequence[Outcome], of: Callable[[Outcome], float]) -> float:
    return statistics.median(map(of, runs))


def _cpu_us(run: Outcome) -> float:
    return run.cpu_us


def _whole_us(run: Outcome) -> float:
    return run.box_us + run.wall_us
