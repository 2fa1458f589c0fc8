"""What one box run costs, beside a bare fork and exec in the same cell, and beside ``docker run``."""

from __future__ import annotations

import statistics
import time

from judge import host
from judge.bench.figures import Figure
from judge.config import Isolation, Settings
from judge.errors import UsageError
from judge.languages import images
from sandbox.cell import Cell
from sandbox.engine import Progress
from sandbox.images import Recipe, ensure
from sandbox.spec import RunLimits, RunSpec
from sandbox.yardsticks import bare_forkexec_us, docker_run_us

#: Boxes and bare processes take turns in batches, so that a change of the host's load hits both.
BATCHES = 6
RUNS = 60
WARM_UP = 10
DOCKER_RUNS = 5
CELLS = 5
#: Small, dynamically linked, and in every image.
PROGRAM = "/bin/true"
IMAGE = "gcc"
MOST_TIMES_FORKEXEC = 1.5
LEAST_TIMES_CHEAPER = 100.0
_LIMITS = RunLimits(cpu_ms=1000, wall_ms=3000, memory_bytes=256 << 20, output_bytes=1 << 20, processes=16)


async def measure(settings: Settings, said: Progress) -> list[Figure]:
    """Run the benchmark.

    Raises:
        UsageError: the isolation level has no containers to compare with.
        SandboxError: this host cannot.
    """
    if settings.isolation is not Isolation.CONTAINER:
        raise UsageError("this bench compares boxes with containers: it needs JUDGE_ISOLATION=container")
    recipe = Recipe(name=IMAGE, packages=images()[IMAGE].packages)
    cache_dir = settings.data_dir / "images"
    image = (await ensure([recipe], mirror=settings.debian_mirror, cache_dir=cache_dir, progress=said))[IMAGE]
    core = host.slots(settings)[0].core
    maker = host.cell_maker(settings)
    starts: list[float] = []
    stops: list[float] = []
    boxes: list[float] = []
    trips: list[float] = []
    bare: list[float] = []
    for number in range(CELLS):
        begun = time.perf_counter()
        cell = await maker.make(image=image, core=core, shows_data=False)
        starts.append((time.perf_counter() - begun) * 1000)
        try:
            for _ in range(BATCHES if number == 0 else 0):
                said(f"boxes and bare processes, {RUNS} of each")
                await _box_runs(cell, boxes, trips)
                bare += (await bare_forkexec_us(cell, PROGRAM, count=WARM_UP + RUNS))[WARM_UP:]
        finally:
            begun = time.perf_counter()
            await cell.close()
            stops.append((time.perf_counter() - begun) * 1000)
    said(f"docker run, {DOCKER_RUNS} times")
    docker = [await docker_run_us(image, PROGRAM, core=core) for _ in range(DOCKER_RUNS)]
    return _figures(*map(statistics.median, (boxes, trips, bare, docker, starts, stops)))


async def _box_runs(cell: Cell, boxes: list[float], trips: list[float]) -> None:
    """One batch: what the launcher took from request to report, and what we took from asking to knowing."""
    spec = RunSpec(argv=(PROGRAM,), limits=_LIMITS)
    for number in range(WARM_UP + RUNS):
        begun = time.perf_counter()
        outcome = await cell.run(spec)
        if number >= WARM_UP:
            trips.append((time.perf_counter() - begun) * 1e6)
            boxes.append(outcome.box_us + outcome.wall_us)


def _figures(box: float, trip: float, bare: float, docker: float, start: float, stop: float) -> list[Figure]:
    others = {"bare fork+exec, us": bare, "docker run, us": docker}
    return [
        Figure(name="box run of /bin/true", value=box, unit="us", compared_with=others),
        Figure(
            name="box run / bare fork+exec",
            value=box / bare,
            unit="times",
            target=f"<= {MOST_TIMES_FORKEXEC}",
            ok=box <= MOST_TIMES_FORKEXEC * bare,
        ),
        Figure(
            name="docker run / box run",
            value=docker / box,
            unit="times",
            target=f">= {LEAST_TIMES_CHEAPER:.0f}",
            ok=docker >= LEAST_TIMES_CHEAPER * box,
        ),
        Figure(name="box run with protocol and Docker's stream", value=trip, unit="us"),
        Figure(name="start of a cell, until its launcher answers", value=start, unit="ms"),
        Figure(name="end of a cell, until it is gone", value=stop, unit="ms"),
    ]
