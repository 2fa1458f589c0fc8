"""How exactly runs are measured and stopped: processor time alone and on a busy host, deadlines, children, memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.bench.cells import Rig, rig
from judge.bench.figures import Figure
from judge.config import Settings
from judge.errors import SandboxError
from judge.models import MIB
from sandbox.cell import Cell
from sandbox.engine import Progress
from sandbox.outcome import EndedBy, Outcome
from sandbox.spec import RunLimits, RunSpec
from sandbox.yardsticks.peers import ground

RUNS = 30
#: Alone and beside busy cores in turns, so that what changes on the host over minutes changes for both.
BATCHES = 5
LOOP_CPU_US = 1_000_000
CALIBRATION_ROUNDS = 200_000_000

#: Limits that a spinning program is stopped at, with its number of threads.
DEADLINES = ((100, 1), (1000, 1), (1000, 8))
STOPPED_RUNS = 10
CHILDREN, CHILD_MS = 50, 10
THREADS, THREAD_MS = 8, 50
SUMMED_RUNS = 10
TOUCHED_MIB = (200, 16, 64)
TOUCHED_ROUNDS = 10

MOST_VARIATION_PERCENT = 1.0
MOST_SUM_PERCENT = 3.0
MOST_MEMORY_PERCENT = 2.0
#: Whichever is larger.
MOST_OVERSHOOT_MS, MOST_OVERSHOOT_SHARE = 10.0, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class _Burner:
    """The program whose use of everything is known, in a cell."""

    cell: Cell

    async def __call__(self, *words: object, cpu_ms: int = 30_000) -> tuple[Outcome, int]:
        """The outcome of ``burner words…``, and the number it printed; 0 where it was stopped before.

        Raises:
            SandboxError: it neither ended well nor was stopped by the limit of processor time.
        """
        limits = RunLimits(
            cpu_ms=cpu_ms, wall_ms=60_000, memory_bytes=256 * MIB, output_bytes=1024, processes=THREADS + 8
        )
        argv = ("/work/burner", *(str(word) for word in words))
        outcome = await self.cell.run(RunSpec(argv=argv, limits=limits))
        with self.cell.open_stdout() as stdout:
            printed = stdout.read().strip()
        is_well = outcome.ended_by is EndedBy.ITSELF and outcome.exit_code == 0 and printed.isdigit()
        if not is_well and outcome.ended_by is not EndedBy.CPU:
            raise SandboxError(f"{' '.join(argv)} did not do its work: {outcome}")
        return outcome, int(printed or b"0")


async def measure(settings: Settings, said: Progress) -> list[Figure]:
    """Run the benchmark.

    Raises:
        SandboxError: this host cannot.
    """
    async with rig(settings, said) as on, on.cell() as cell:
        burner = _Burner(cell=cell)
        return [
            *await _steadiness(on, burner, said),
            *[await _overshoot(burner, limit_ms, threads, said) for limit_ms, threads in DEADLINES],
            await _sum(burner, "children", CHILDREN, CHILD_MS, said),
            await _sum(burner, "threads", THREADS, THREAD_MS, said),
            await _memory(burner, said),
        ]


async def _steadiness(on: Rig, burner: _Burner, said: Progress) -> list[Figure]:
    """The same work again and again, with the other cores idle and busy."""
    calibration, _ = await burner("loop", CALIBRATION_ROUNDS)
    rounds = CALIBRATION_ROUNDS * LOOP_CPU_US // max(1, calibration.cpu_us)
    others = sorted(os.sched_getaffinity(0) - {on.core})
    alone: list[Outcome] = []
    busy: list[Outcome] = []
    async with ground(on.programs, core=on.core, python="") as yard:
        for number in range(1, BATCHES + 1):
            said(f"batch {number} of {BATCHES}: {RUNS // BATCHES} runs of 1 s alone, as many with busy neighbours")
            alone += [await _looped(burner, rounds) for _ in range(RUNS // BATCHES)]
            if not others:
                continue
            async with _spinning(yard.folder / "burner", others):
                busy += [await _looped(burner, rounds) for _ in range(RUNS // BATCHES)]
    if not others:
        said("this process may use one core only: there is no neighbour to keep busy")
        return [_variation("alone", alone)]
    shift = 100 * (_mean_us(busy) / _mean_us(alone) - 1)
    return [
        _variation("alone", alone),
        _variation(f"with {len(others)} other core(s) busy", busy),
        Figure(name="shift of the mean by busy neighbours", value=shift, unit="%"),
    ]


def _mean_us(outcomes: Sequence[Outcome]) -> float:
    return statistics.mean(outcome.cpu_us for outcome in outcomes)


async def _looped(burner: _Burner, rounds: int) -> Outcome:
    outcome, _ = await burner("loop", rounds)
    return outcome


def _variation(how: str, outcomes: Sequence[Outcome]) -> Figure:
    """How far the same work's times are spread, and how often something else had the core meanwhile."""
    measured_ms = [outcome.cpu_us / 1000 for outcome in outcomes]
    mean = statistics.mean(measured_ms)
    percent = 100 * statistics.stdev(measured_ms) / mean
    return Figure(
        name=f"1 s of arithmetic, {len(outcomes)} times {how}: coefficient of variation",
        value=percent,
        unit="%",
        target=f"< {MOST_VARIATION_PERCENT:.0f}",
        ok=percent < MOST_VARIATION_PERCENT,
        compared_with={
            "mean, ms": mean,
            "least, ms": min(measured_ms),
            "most, ms": max(measured_ms),
            "involuntary switches, median": statistics.median(o.noise["involuntary_switches"] for o in outcomes),
        },
    )


@contextlib.asynccontextmanager
async def _spinning(program: Path, cores: Sequence[int]) -> AsyncIterator[None]:
    """A process of ours that computes for ever on each of ``cores``; all gone at exit, and should we be killed."""
    processes: list[Process] = []
    async with contextlib.AsyncExitStack() as stack:
        for core in cores:
            process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", "--", "taskset", "--cpu-list", str(core), program, "spin"),
                stdin=DEVNULL,
                stdout=DEVNULL,
                start_new_session=True,
            )
            stack.push_async_callback(_end, process)
            processes.append(process)
        yield
        if any(process.returncode is not None for process in processes):
            raise SandboxError("a process that was to keep a core busy ended by itself: nothing was measured beside it")


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _overshoot(burner: _Burner, limit_ms: int, threads: int, said: Progress) -> Figure:
    """How far beyond its limit a program gets that only computes."""
    said(f"{STOPPED_RUNS} runs of {threads} spinning thread(s), stopped at {limit_ms} ms")
    over_ms: list[float] = []
    for _ in range(STOPPED_RUNS):
        outcome, _ = await burner("spin", threads, cpu_ms=limit_ms)
        if outcome.ended_by is not EndedBy.CPU:
            raise SandboxError(f"a spinning program was not stopped: {outcome}")
        over_ms.append(outcome.cpu_us / 1000 - limit_ms)
    most = max(MOST_OVERSHOOT_MS, MOST_OVERSHOOT_SHARE * limit_ms)
    return Figure(
        name=f"overshoot of {threads} spinning thread(s) stopped at {limit_ms} ms, worst of {STOPPED_RUNS}",
        value=max(over_ms),
        unit="ms",
        target=f"<= {most:.0f}",
        ok=max(over_ms) <= most,
        compared_with={"median, ms": statistics.median(over_ms)},
    )


async def _sum(burner: _Burner, deed: str, count: int, each_ms: int, said: Progress) -> Figure:
    """Processor time of many, against the sum of what each saw on its own clock."""
    said(f"{SUMMED_RUNS} runs of {count} {deed}, {each_ms} ms each")
    off_percent: list[float] = []
    for _ in range(SUMMED_RUNS):
        outcome, burnt_ns = await burner(deed, count, each_ms)
        off_percent.append(100 * abs(outcome.cpu_us * 1000 / burnt_ns - 1))
    return Figure(
        name=f"processor time of {count} {deed} against what they burnt, worst of {SUMMED_RUNS}",
        value=max(off_percent),
        unit="% off",
        target=f"<= {MOST_SUM_PERCENT:.0f}",
        ok=max(off_percent) <= MOST_SUM_PERCENT,
        compared_with={"median, %": statistics.median(off_percent)},
    )


async def _memory(burner: _Burner, said: Progress) -> Figure:
    """Peaks of runs that touch much and little by turns in one cell, against what the program itself says it holds."""
    said(f"{TOUCHED_ROUNDS} rounds of touching {', '.join(map(str, TOUCHED_MIB))} MiB")
    off_percent: dict[int, list[float]] = {mib: [] for mib in TOUCHED_MIB}
    for _ in range(TOUCHED_ROUNDS):
        for mib in TOUCHED_MIB:
            outcome, held_bytes = await burner("touch", mib)
            if held_bytes < mib * MIB:
                raise SandboxError(f"a program that touched {mib} MiB holds {held_bytes} bytes")
            off_percent[mib].append(100 * abs(outcome.memory_bytes / held_bytes - 1))
    worst = {f"{mib} MiB, worst %": max(off_percent[mib]) for mib in sorted(off_percent)}
    return Figure(
        name=f"peak memory against what the program holds, worst of {TOUCHED_ROUNDS * len(TOUCHED_MIB)}",
        value=max(worst.values()),
        unit="% off",
        target=f"<= {MOST_MEMORY_PERCENT:.0f}",
        ok=max(worst.values()) <= MOST_MEMORY_PERCENT,
        compared_with=worst,
    )
