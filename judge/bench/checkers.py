"""How fast built-in checkers read an output of 100 MB, and in how much memory."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from checkers.registry import make
from judge.bench.figures import Figure
from judge.config import Settings
from judge.models import KIB, MIB

#: What the issue asks of, in the millions of bytes that it means.
SIZE_BYTES = 100_000_000
MOST_S = 1.0
MOST_MIB = 64

_LINES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """An answer, and what of it the output changes."""

    name: str
    checker: str
    flags: tuple[str, ...] = ()
    numbers: str = "%d"
    change: Callable[[bytes], bytes] = bytes
    #: None where it is measured for nobody to rely on.
    most_s: float | None = MOST_S


_CASES = (
    _Case(name="tokens, identical", checker="tokens"),
    _Case(name="tokens, spaces for newlines", checker="tokens", change=lambda block: block.replace(b"\n", b" ")),
    _Case(name="tokens, CRLF for LF", checker="tokens", change=lambda block: block.replace(b"\n", b"\r\n")),
    _Case(name="floats, identical", checker="tokens", flags=("float_tolerance", "1e-6"), numbers="%.9f"),
    _Case(
        name="floats, each spelled otherwise",
        checker="tokens",
        flags=("float_tolerance", "1e-6"),
        numbers="%.9f",
        change=lambda block: block.replace(b"\n", b"1\n"),
        most_s=None,
    ),
    _Case(name="lines, identical", checker="lines"),
)


async def measure(_settings: Settings, say: Callable[[str], None]) -> list[Figure]:
    """All figures, each from a process of its own, so that its memory is its own."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as folder:
        for case in _CASES:
            say(f"checking {SIZE_BYTES // 10**6} MB: {case.name}")
            found += await asyncio.to_thread(_figures, case, Path(folder))
    return found


def _figures(case: _Case, folder: Path) -> Iterator[Figure]:
    answer, output = folder / "answer", folder / "output"
    _write(case, answer, output)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        accepted, taken_s, grown_bytes = pool.submit(_checked, case.checker, case.flags, answer, output).result()
    peers = [("cmp", "-s"), ("wc", "-w")] if case.change is bytes else [("wc", "-w")]
    others = {" ".join(peer): _spent_s(*peer, answer, output) for peer in peers if shutil.which(peer[0])}
    yield Figure(
        name=f"{case.name}: 100 MB",
        value=taken_s,
        unit="s",
        target="" if case.most_s is None else f"< {case.most_s:g}",
        ok=None if case.most_s is None else accepted and taken_s < case.most_s,
        compared_with=others,
    )
    yield Figure(
        name=f"{case.name}: memory for it",
        value=grown_bytes / MIB,
        unit="MiB",
        target=f"< {MOST_MIB}",
        ok=accepted and grown_bytes < MOST_MIB * MIB,
    )


def _write(case: _Case, answer: Path, output: Path) -> None:
    """Answer and output of the size, the output being right."""
    chance = random.Random(1)  # noqa: S311 - Numbers to measure with, the same each time.
    numbers = (chance.random() * 10**6 if "f" in case.numbers else chance.randrange(10**9) for _ in range(_LINES))
    block = b"".join(case.numbers.encode() % number + b"\n" for number in numbers)
    changed = case.change(block)
    with answer.open("wb") as ours, output.open("wb") as theirs:
        for _ in range(-(-SIZE_BYTES // len(block))):
            ours.write(block)
            theirs.write(changed)


def _checked(checker: str, flags: Sequence[str], answer: Path, output: Path) -> tuple[bool, float, int]:
    """Whether the output is accepted, the processor time that took and by how much this process has grown."""
    # The peak that getrusage tells is inherited from the parent.
    Path("/proc/self/clear_refs").write_text("5")
    before_bytes = _peak_bytes()
    started = time.process_time()
    with answer.open("rb") as ours, output.open("rb") as theirs:
        is_accepted = make(checker, flags).check(ours, theirs).is_accepted
    taken_s = time.process_time() - started
    return is_accepted, taken_s, _peak_bytes() - before_bytes


def _peak_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * KIB for line in lines if line.startswith("VmHWM:"))


def _spent_s(*argv: str | Path) -> float:
    """Processor time of a program of the system that reads both files."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
