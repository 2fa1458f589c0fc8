"""What one run or talk costs, beside a bare fork and exec, other sandboxes and ``docker run`` doing the same work."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from judge.bench import talking
from judge.bench.cells import Rig, rig
from judge.bench.figures import Figure
from judge.config import Isolation, Settings
from judge.errors import SandboxError, UsageError
from judge.hosts import host
from sandbox.cell import Cell
from sandbox.engine import Progress
from sandbox.pool import CellPool, Kind, Slot
from sandbox.spec import RunLimits, RunSpec
from sandbox.yardsticks import containers
from sandbox.yardsticks.peers import Ground, Peer, ground

#: Everybody takes turns in batches, so that a change of the host's load hits all alike.
BATCHES = 8
RUNS = 60
WARM_UP = 10
#: Of each peer in each batch: they take longer.
PEER_RUNS = 15
PEER_WARM_UP = 2
DOCKER_RUNS = 1
CELLS = 5
#: Judgings of each slot, one a second.
JUDGINGS = 100
RUNS_OF_A_JUDGING = 10
PROGRAM = "/work/noop"

MOST_TIMES_FORKEXEC = 1.3
MOST_TRIP_US = 2500.0
LEAST_TIMES_CHEAPER = 100.0
LEAST_READY_PERCENT = 99.0
#: What rounds to 0 ms.
NO_WAIT_MS = 0.5

_SPEC = RunSpec(
    argv=(PROGRAM,),
    limits=RunLimits(cpu_ms=1000, wall_ms=3000, memory_bytes=256 << 20, output_bytes=1 << 20, processes=16),
)
_US_OF_MS = 1000.0


@dataclass(slots=True, kw_only=True)
class _Batches:
    """Microseconds of each run, batch by batch."""

    boxes: list[list[float]] = field(default_factory=list)
    trips: list[list[float]] = field(default_factory=list)
    bare: list[list[float]] = field(default_factory=list)
    docker: list[list[float]] = field(default_factory=list)
    peers: dict[str, list[list[float]]] = field(default_factory=dict)
    #: Processor time of everything in the cell for each run, launcher and the next box included.
    cpu: list[float] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Lives:
    """What each cell took."""

    starts_ms: list[float] = field(default_factory=list)
    stops_ms: list[float] = field(default_factory=list)
    memory_mib: list[float] = field(default_factory=list)


async def measure(settings: Settings, said: Progress, *, peers_python: str | None = None) -> list[Figure]:
    """Run the benchmark; ``peers_python`` is a Python that may have DMOJ's judge and nsjail.

    Raises:
        UsageError: the isolation level has no containers to compare with.
        SandboxError: this host cannot.
    """
    if settings.isolation is Isolation.LOCAL:
        raise UsageError("this bench compares boxes with containers: it needs JUDGE_ISOLATION=container")
    async with rig(settings, said) as on:
        lives = await _lives(on, said)
        async with ground(on.programs, core=on.core, python=peers_python or sys.executable) as yard:
            batches = await _batches(on, yard, said)
        talks = await talking.figures(on, said)
        waits_ms = await _waits_ms(on, host.slots(settings), said)
    return [
        *_run_figures(batches, on.level),
        *_peer_figures(batches),
        *talks,
        *_cell_figures(lives),
        _ready_figure(waits_ms),
    ]


async def _lives(on: Rig, said: Progress) -> _Lives:
    said(f"{CELLS} cells, one after the other")
    lives = _Lives()
    for _ in range(CELLS):
        begun = time.perf_counter()
        cell = await on.maker.make(image=on.image, core=on.core, shows_data=False)
        lives.starts_ms.append((time.perf_counter() - begun) * 1000)
        try:
            # With the box for its first run made ahead, as idle cells of a pool are not, but cells at work are.
            await cell.run(RunSpec(argv=("/bin/true",), limits=_SPEC.limits))
            lives.memory_mib.append(await containers.memory_bytes(cell) / (1 << 20))
        finally:
            begun = time.perf_counter()
            await cell.close()
            lives.stops_ms.append((time.perf_counter() - begun) * 1000)
    return lives


async def _batches(on: Rig, yard: Ground, said: Progress) -> _Batches:
    peers = await yard.found(said)
    batches = _Batches(peers={peer.name: [] for peer in peers})
    async with on.cell() as cell:
        for number in range(1, BATCHES + 1):
            names = ", ".join(["boxes", "bare processes", *batches.peers, "docker run"])
            said(f"batch {number} of {BATCHES}: {names}")
            await _batch(on, cell, yard, peers, batches)
    return batches


async def _batch(on: Rig, cell: Cell, yard: Ground, peers: Sequence[Peer], batches: _Batches) -> None:
    before_us = await containers.cpu_us(cell)
    boxes, trips = await _box_runs(cell)
    batches.cpu.append((await containers.cpu_us(cell) - before_us) / (WARM_UP + RUNS))
    batches.boxes.append(boxes)
    batches.trips.append(trips)
    batches.bare.append(await _bare_us(on, cell))
    for peer in peers:
        batches.peers[peer.name].append(await yard.measure(peer, count=PEER_RUNS, warm_up=PEER_WARM_UP))
    batches.docker.append(
        [await containers.docker_run_us(on.image, "/bin/true", core=on.core) for _ in range(DOCKER_RUNS)]
    )


async def _box_runs(cell: Cell) -> tuple[list[float], list[float]]:
    """What the launcher took from request to report, and what we took from asking to knowing."""
    boxes: list[float] = []
    trips: list[float] = []
    for number in range(-WARM_UP, RUNS):
        begun = time.perf_counter()
        outcome = await cell.run(_SPEC)
        took_us = (time.perf_counter() - begun) * 1e6
        if outcome.exit_code != 0:
            raise SandboxError(f"the no-op did not run in its box: {outcome}")
        if number >= 0:
            trips.append(took_us)
            boxes.append(outcome.box_us + outcome.wall_us)
    return boxes, trips


async def _bare_us(on: Rig, cell: Cell) -> list[float]:
    """A bare fork and exec outside any box; where Docker cannot start one beside the launcher, inside one."""
    if on.level == Isolation.CONTAINER.value:
        return await containers.bare_forkexec_us(cell, [PROGRAM], count=RUNS, warm_up=WARM_UP)
    argv = ("/work/stopwatch", str(RUNS), str(WARM_UP), PROGRAM)
    outcome = await cell.run(RunSpec(argv=argv, limits=_SPEC.limits))
    with cell.open_stdout() as stdout:
        durations = [int(line) / 1000 for line in stdout.read().split()]
    if len(durations) != RUNS:
        raise SandboxError(f"the stopwatch did not run in its box: {outcome}")
    return durations


async def _waits_ms(on: Rig, slots: Sequence[Slot], said: Progress) -> list[float]:
    """How long each judging waited for its cell, at one judging a second on each slot."""
    said(f"{JUDGINGS} judgings on each of {len(slots)} slots, one a second")
    pool = CellPool(on.maker, slots)
    waits_ms: list[float] = []
    try:
        async with asyncio.TaskGroup() as group:
            for slot in slots:
                group.create_task(_judge_every_second(on, pool, slot, waits_ms), name=f"slot {slot.index}")
    finally:
        await pool.close()
    return waits_ms


async def _judge_every_second(on: Rig, pool: CellPool, slot: Slot, waits_ms: list[float]) -> None:
    kind = Kind(image=on.image, shows_data=False)
    # The first judging of a language tells the pool what to keep warm.
    async with pool.cell(slot, kind) as cell:
        await on.programs.load(cell)
    next_at = time.monotonic() + 1
    for _ in range(JUDGINGS):
        await asyncio.sleep(max(0.0, next_at - time.monotonic()))
        next_at += 1
        begun = time.perf_counter()
        async with pool.cell(slot, kind) as cell:
            waits_ms.append((time.perf_counter() - begun) * 1000)
            await on.programs.load(cell)
            for _ in range(RUNS_OF_A_JUDGING):
                await cell.run(_SPEC)


def _median(batches: Sequence[Sequence[float]]) -> float:
    return statistics.median(value for batch in batches for value in batch)


def _median_ratio(above: Sequence[Sequence[float]], below: Sequence[Sequence[float]]) -> float:
    """The middle of the batches' own ratios: what disturbs one batch disturbs both sides of its ratio."""
    return statistics.median(statistics.median(a) / statistics.median(b) for a, b in zip(above, below, strict=True))


def _run_figures(batches: _Batches, level: str) -> list[Figure]:
    # Targets are for containers; other levels' figures are there to be known.
    is_judged = level == Isolation.CONTAINER.value
    box, bare, docker, trip = map(_median, (batches.boxes, batches.bare, batches.docker, batches.trips))
    times = _median_ratio(batches.boxes, batches.bare)
    return [
        Figure(
            name=f"box run of a static no-op at {level}, request to report, median",
            value=box,
            unit="us",
            compared_with={"bare fork+exec, us": bare, "docker run, us": docker},
        ),
        Figure(
            name="box run / bare fork+exec in the same cell",
            value=times,
            unit="times",
            target=f"<= {MOST_TIMES_FORKEXEC}" if is_judged else "",
            ok=times <= MOST_TIMES_FORKEXEC if is_judged else None,
        ),
        Figure(
            name="box run with protocol and Docker's stream, median",
            value=trip / _US_OF_MS,
            unit="ms",
            target=f"<= {MOST_TRIP_US / _US_OF_MS}" if is_judged else "",
            ok=trip <= MOST_TRIP_US if is_judged else None,
            compared_with={"90th percentile, ms": _percentile(batches.trips, 90) / _US_OF_MS},
        ),
        Figure(
            name="processor time of the cell for each run, the next box included",
            value=statistics.median(batches.cpu),
            unit="us",
        ),
        Figure(
            name="docker run / box run",
            value=docker / box,
            unit="times",
            target=f">= {LEAST_TIMES_CHEAPER:.0f}" if is_judged else "",
            ok=docker >= LEAST_TIMES_CHEAPER * box if is_judged else None,
        ),
    ]


def _percentile(batches: Sequence[Sequence[float]], percent: int) -> float:
    return statistics.quantiles((value for batch in batches for value in batch), n=100)[percent - 1]


def _peer_figures(batches: _Batches) -> list[Figure]:
    """Each peer against our whole way there and back, which is what a judge waits for in either case."""
    ours = _median(batches.trips)
    return [
        Figure(
            name=f"{name}, a run of the same no-op, median",
            value=_median(durations) / _US_OF_MS,
            unit="ms",
            target="> ours",
            ok=_median_ratio(durations, batches.trips) > 1,
            compared_with={"ours, ms": ours / _US_OF_MS},
        )
        for name, durations in batches.peers.items()
    ]


def _cell_figures(lives: _Lives) -> list[Figure]:
    start, stop, memory = map(statistics.median, (lives.starts_ms, lives.stops_ms, lives.memory_mib))
    return [
        Figure(name="start of a cell, until its launcher answers", value=start, unit="ms"),
        Figure(name="end of a cell, until it is gone", value=stop, unit="ms"),
        Figure(name="memory of a cell, by its control group", value=memory, unit="MiB"),
    ]


def _ready_figure(waits_ms: Sequence[float]) -> Figure:
    ready = 100 * sum(wait < NO_WAIT_MS for wait in waits_ms) / len(waits_ms)
    return Figure(
        name=f"judgings that waited less than {NO_WAIT_MS} ms for their cell, one a second per slot",
        value=ready,
        unit="%",
        target=f">= {LEAST_READY_PERCENT:.0f}",
        ok=ready >= LEAST_READY_PERCENT,
        compared_with={"median wait, ms": statistics.median(waits_ms), "longest wait, ms": max(waits_ms)},
    )
