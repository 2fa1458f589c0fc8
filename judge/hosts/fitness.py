"""Whether this host can judge: known programs, run in a fresh cell like anybody's, have to end as they must.

What the self-test finds wrong would be wrong verdicts, or a wall that does not hold. It takes about half a second, so
that a daemon can afford it at each start; the attack suite is the thorough one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from judge.errors import JudgeError
from judge.models import MIB
from judge.pipeline.compiling import ENVIRONMENT
from sandbox.cell import Cell
from sandbox.outcome import EndedBy, Outcome
from sandbox.pool import CellPool, Kind, short_of_disk
from sandbox.spec import RunLimits, RunSpec

#: The image whose programs the self-test runs: a shell and ``unshare`` are in it.
IMAGE = "gcc"

_LIMITS = RunLimits(cpu_ms=2000, wall_ms=6000, memory_bytes=64 * MIB, output_bytes=MIB, processes=8, tmp_bytes=16 * MIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """One program, and how it has to end."""

    #: What is broken when it ends otherwise.
    meaning: str
    argv: tuple[str, ...]
    limits: RunLimits
    is_as_it_must: Callable[[Outcome], bool]
    #: The system call that it makes and that has to be told of, where launchers can.
    refused: str | None = None


def _shell(script: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script)


def _ended(outcome: Outcome, code: int) -> bool:
    return outcome.ended_by is EndedBy.ITSELF and outcome.exit_code == code


_CHECKS = (
    _Check(
        meaning="exit codes are not reported as they are",
        argv=_shell("exit 3"),
        limits=_LIMITS,
        is_as_it_must=lambda outcome: _ended(outcome, 3),
    ),
    _Check(
        meaning="the limit of processor time does not hold",
        argv=_shell("while :; do :; done"),
        limits=replace(_LIMITS, cpu_ms=100),
        is_as_it_must=lambda outcome: outcome.ended_by is EndedBy.CPU and outcome.cpu_us >= 100_000,
    ),
    _Check(
        meaning="the limit of time does not hold for what waits",
        argv=("/bin/sleep", "60"),
        limits=replace(_LIMITS, wall_ms=100),
        is_as_it_must=lambda outcome: outcome.ended_by is EndedBy.WALL,
    ),
    _Check(
        meaning="the memory limit does not hold",
        argv=_shell("x=0123456789abcdef; while :; do x=$x$x; done"),
        limits=_LIMITS,
        is_as_it_must=lambda outcome: outcome.ended_by is EndedBy.MEMORY,
    ),
    _Check(
        meaning="the output limit does not hold",
        argv=_shell("while :; do echo 0123456789abcdef; done"),
        limits=replace(_LIMITS, output_bytes=64 * 1024),
        is_as_it_must=lambda outcome: outcome.ended_by is EndedBy.OUTPUT,
    ),
    _Check(
        meaning="programs may make namespaces: the box's filter of system calls is not there",
        argv=("/usr/bin/unshare", "--user", "/bin/true"),
        limits=_LIMITS,
        is_as_it_must=lambda outcome: outcome.exec_errno is None and _ended(outcome, 1),
        refused="unshare",
    ),
)


async def fit(cells: CellPool, image: str | None) -> str | None:
    """Why this host must not judge, for people; None when it may.

    Args:
        cells: where a fresh cell comes from.
        image: what ``IMAGE`` is called on this host; None where it has not been built.
    """
    if image is None:
        return f"the image {IMAGE}, which the self-test runs in, is missing: run `judge image build {IMAGE}`"
    try:
        async with cells.cell(cells.slots[0], Kind(image=image, shows_data=False)) as cell:
            if (full := short_of_disk(cell)) is not None:
                return full
            for check in _CHECKS:
                if (wrong := await _wrong(cell, check)) is not None:
                    return wrong
    except JudgeError as error:
        return f"no run could be made: {error}"
    return None


async def _wrong(cell: Cell, check: _Check) -> str | None:
    outcome = await cell.run(RunSpec(argv=check.argv, limits=check.limits, env=ENVIRONMENT))
    if check.is_as_it_must(outcome):
        if check.refused is not None and cell.facts.is_reporting and check.refused not in outcome.denied:
            return f"refused calls are not told of: `{' '.join(check.argv)}` made {check.refused}()"
        return None
    ended = f"signal {outcome.signal}" if outcome.exit_code is None else f"exit code {outcome.exit_code}"
    return f"{check.meaning}: `{' '.join(check.argv)}` ended by {outcome.ended_by.value} with {ended}"
