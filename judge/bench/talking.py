"""What two programs that talk across two cells wait for, beside the same two over pipes in one box."""

from __future__ import annotations

import statistics
import time

from judge.bench.cells import Rig
from judge.bench.figures import Figure
from judge.config import Isolation
from judge.errors import SandboxError
from sandbox.cell import Cell
from sandbox.engine import Progress
from sandbox.interaction import Side, interact
from sandbox.spec import RunLimits, RunSpec

ROUND_TRIPS = 100_000
TALKS = 3
MOST_BEYOND_S = 2.0

_LIMITS = RunLimits(cpu_ms=60_000, wall_ms=120_000, memory_bytes=256 << 20, output_bytes=1 << 20, processes=16)


async def figures(on: Rig, said: Progress) -> list[Figure]:
    """Measure.

    Raises:
        SandboxError: a talk did not come to its end.
    """
    said(f"{TALKS} talks of {ROUND_TRIPS} lines there and back")
    beyond_s, whole_s, bare_s = [], [], []
    async with on.cell() as contestant, on.cell() as judge:
        for _ in range(TALKS):
            took_s, computed_s = await _talk(contestant, judge)
            whole_s.append(took_s)
            beyond_s.append(took_s - computed_s)
            bare_s.append(await _bare_s(judge))
    beyond, is_judged = statistics.median(beyond_s), on.level == Isolation.CONTAINER.value
    return [
        Figure(
            name=f"interaction of {ROUND_TRIPS} round trips, beyond both programs' processor time, median",
            value=beyond,
            unit="s",
            target=f"< {MOST_BEYOND_S:.0f}" if is_judged else "",
            ok=beyond < MOST_BEYOND_S if is_judged else None,
            compared_with={
                "altogether, s": statistics.median(whole_s),
                "over pipes in one box, altogether, s": statistics.median(bare_s),
            },
        )
    ]


async def _talk(contestant: Cell, judge: Cell) -> tuple[float, float]:
    """How long a talk took, and what both programs computed of it."""
    begun = time.perf_counter()
    talked = await interact(
        contestant=Side(cell=contestant, spec=_spec("echo")), judge=Side(cell=judge, spec=_spec("ask"))
    )
    took_s = time.perf_counter() - begun
    if (talked.contestant.exit_code, talked.judge.exit_code) != (0, 0):
        raise SandboxError(f"the programs did not talk to the end: {talked}")
    return took_s, (talked.contestant.cpu_us + talked.judge.cpu_us) / 1e6


async def _bare_s(cell: Cell) -> float:
    outcome = await cell.run(_spec("both"))
    with cell.open_stdout() as stdout:
        printed = stdout.read()
    if outcome.exit_code != 0:
        raise SandboxError(f"the programs did not talk over pipes: {outcome}")
    return int(printed) / 1e6


def _spec(what: str) -> RunSpec:
    return RunSpec(argv=("/work/talk", what, str(ROUND_TRIPS)), limits=_LIMITS)
