"""That processor time and memory of everything in a run are counted, exactly and for that run alone, at each level."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from judge.verdicts import Verdict
from sandbox import bundle
from sandbox.outcome import EndedBy, Outcome
from sandbox.spec import RunLimits, RunSpec
from tests.sandbox.conftest import COMPILE, MIB, Level
from tests.sandbox.judgings import LIMITS as JUDGING_LIMITS
from tests.sandbox.judgings import Court, court_at, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMITS = RunLimits(
    cpu_ms=10_000, wall_ms=30_000, memory_bytes=256 * MIB, output_bytes=MIB, processes=32, tmp_bytes=256 * MIB
)
#: Of what the program's own clocks say.
OFF = 0.03
#: What starting and ending the program itself takes beside what it sees of itself.
START_US = 5_000
#: Where no control group counts, a process is looked at this often, and what it uses after the last look is lost.
BETWEEN_LOOKS_US = 40_000
#: The box's process 1, which is watched like the others there.
INIT_BYTES = 2 * MIB
#: A neighbour of this host, or the hypervisor's, can keep the launcher from its core just when it has to look. Being
#: late once says nothing then; being late every time is the launcher's own doing.
TRIES = 3


class Accountant:
    """A cell that holds the program whose use of everything is known."""

    def __init__(self, run: Callable[[RunSpec], Awaitable[tuple[Outcome, bytes]]], *, has_cgroup: bool) -> None:
        self._run = run
        #: Whether a control group counts all there is; else processes are watched one by one.
        self.has_cgroup = has_cgroup

    async def __call__(self, *words: object, limits: RunLimits = LIMITS) -> tuple[Outcome, int]:
        """The outcome of ``accounting words…``, and the number it printed; 0 where it printed none."""
        argv = ("/work/accounting", *(str(word) for word in words))
        outcome, printed = await self._run(RunSpec(argv=argv, limits=limits))
        return outcome, int(printed or b"0")

    async def total(self, *words: object) -> tuple[Outcome, int]:
        """The same for a program that has to end by itself and well."""
        outcome, printed = await self(*words)
        assert (outcome.ended_by, outcome.exit_code) == (EndedBy.ITSELF, 0), outcome
        return outcome, printed

    def is_right(self, outcome: Outcome, held_bytes: int) -> bool:
        """Whether the peak reported is what the program held, within 2 %."""
        beside = 0 if self.has_cgroup else INIT_BYTES
        return held_bytes * 0.98 <= outcome.memory_bytes <= held_bytes * 1.02 + beside

    def needs_cgroup(self) -> None:
        if not self.has_cgroup:
            pytest.skip("without a control group only the memory that processes have mapped is counted")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def accountant(level: Level) -> AsyncIterator[Accountant]:
    """One cell for all runs at a level: what one of them used must not be charged to the next."""
    cell = await level.cell()
    await cell.load(bundle.pack({"accounting.c": Path(__file__).with_name("accounting.c").read_bytes()}))
    argv = ("/usr/bin/gcc", "-O1", "-pthread", "-static", "-o", "accounting", "accounting.c")
    compiled = await cell.run(RunSpec(argv=argv, env={"PATH": "/usr/bin"}, is_work_writable=True, limits=COMPILE))
    assert compiled.exit_code == 0, compiled.stderr.decode()

    async def run(spec: RunSpec) -> tuple[Outcome, bytes]:
        outcome = await cell.run(spec)
        with cell.open_stdout() as stdout:
            return outcome, stdout.read()

    yield Accountant(run, has_cgroup=cell.facts.cgroup != 0)
    await cell.close()


@pytest.mark.parametrize("deed", ["reparented", "session", "unwaited", "killed"])
async def test_processes_that_the_program_never_reaps_are_charged(accountant: Accountant, deed: str) -> None:
    """Grandchildren given to another parent, in a session of their own, ignored, or killed at work: all count."""
    outcome, burnt_ns = await accountant.total(deed, 400)

    missed_us = 0 if accountant.has_cgroup else BETWEEN_LOOKS_US
    assert burnt_ns >= 400_000_000
    assert burnt_ns / 1000 * (1 - OFF) - missed_us <= outcome.cpu_us <= burnt_ns / 1000 * (1 + OFF) + START_US


@pytest.mark.parametrize(("deed", "count", "each_ms"), [("children", 50, 10), ("threads", 8, 50)])
async def test_many_add_up(accountant: Accountant, deed: str, count: int, each_ms: int) -> None:
    """Fifty short-lived children and eight threads are charged for what they burnt by their own clocks, within 3 %."""
    outcome, burnt_ns = await accountant.total(deed, count, each_ms)

    assert burnt_ns >= count * each_ms * 1_000_000
    assert burnt_ns / 1000 * (1 - OFF) <= outcome.cpu_us <= burnt_ns / 1000 * (1 + OFF) + START_US


async def test_making_the_box_is_not_charged(accountant: Accountant) -> None:
    """A program that does nothing is charged for its own start and end, whatever the runs before it used."""
    await accountant.total("threads", 4, 50)
    outcome, _ = await accountant.total("nothing")

    assert outcome.cpu_us <= START_US


@pytest.mark.parametrize(
    ("deed", "count", "limit_ms"),
    [("spin-threads", 1, 200), ("spin-threads", 8, 1000), ("spin-processes", 1, 1000), ("spin-processes", 8, 1000)],
)
async def test_deadline(accountant: Accountant, deed: str, count: int, limit_ms: int) -> None:
    """The processor time of all processes and threads together ends the run, 10 ms or 2 % late at most."""
    latest_us = limit_ms * 1000 + max(10_000, 20 * limit_ms)
    seen_us = []
    for _ in range(TRIES):
        outcome, _ = await accountant(deed, count, limits=dataclasses.replace(LIMITS, cpu_ms=limit_ms))
        assert outcome.ended_by is EndedBy.CPU
        assert outcome.cpu_us >= limit_ms * 1000
        seen_us.append(outcome.cpu_us)
        if outcome.cpu_us <= latest_us:
            break

    assert min(seen_us) <= latest_us


@pytest.mark.parametrize("what", ["heap", "shared", "sysv"])
async def test_peaks_are_exact_run_after_run(accountant: Accountant, what: str) -> None:
    """Much, little, much, little in one cell: each run's peak is what it holds by its own count, within 2 %."""
    for mib in (200, 16, 64, 200, 16):
        outcome, held_bytes = await accountant.total(what, mib)

        assert held_bytes >= mib * MIB
        assert accountant.is_right(outcome, held_bytes)


@pytest.mark.parametrize("what", ["tmpfs", "posix", "memfd"])
async def test_files_in_memory_count(accountant: Accountant, what: str) -> None:
    """What is written to /tmp, shared memory or a memfd is memory of the run, for its peak and for its limit."""
    accountant.needs_cgroup()
    outcome, _ = await accountant.total(what, 100)
    over, _ = await accountant(what, 100, limits=dataclasses.replace(LIMITS, memory_bytes=64 * MIB))

    assert 100 * MIB <= outcome.memory_bytes <= 102 * MIB
    assert over.ended_by is EndedBy.MEMORY


@pytest.mark.parametrize("what", ["heap", "shared", "sysv"])
async def test_mapped_memory_of_any_kind_has_the_limit(accountant: Accountant, what: str) -> None:
    """Private, shared and System V memory end the run alike when they pass the limit."""
    outcome, _ = await accountant(what, 150, limits=dataclasses.replace(LIMITS, memory_bytes=64 * MIB))

    assert outcome.ended_by is EndedBy.MEMORY


@pytest.mark.parametrize("what", ["heap", "tmpfs", "posix", "memfd", "sysv"])
async def test_the_next_run_is_not_charged(accountant: Accountant, what: str) -> None:
    """A run that does nothing holds nothing, whatever the one before held and left behind; nor is its limit less."""
    await accountant.total(what, 200)
    after, _ = await accountant.total("nothing")
    as_much_again, _ = await accountant.total(what, 200)

    assert after.memory_bytes <= 4 * MIB
    assert as_much_again.memory_bytes <= 204 * MIB


async def test_a_run_after_one_that_ran_out_of_memory(accountant: Accountant) -> None:
    """Out of memory is the matter of one run: the next, which stays below the same limit, ends well."""
    limits = dataclasses.replace(LIMITS, memory_bytes=64 * MIB)
    over, _ = await accountant("heap", 150, limits=limits)
    after, held_bytes = await accountant("heap", 48, limits=limits)

    assert over.ended_by is EndedBy.MEMORY
    assert (after.ended_by, after.exit_code) == (EndedBy.ITSELF, 0)
    assert accountant.is_right(after, held_bytes)


# Through judging: what verdicts are made of it.


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def court(level: Level, image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Court]:
    """A court at each level; limits are 256 MiB and 1 s."""
    async with court_at(level, image_names, short_tmp) as made:
        yield made


_ANSWER = 'int a, b; if (scanf("%d %d", &a, &b) != 2) return 1; printf("%d\\n", a + b);'
_HEAD = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <sys/mman.h>\n#include <sys/wait.h>\n"
_HEAD += "#include <unistd.h>\n"

#: What a compiler must not take for something that nobody looks at.
_HEAD += "static void fill(volatile char *at, size_t mib) { for (size_t i = 0; i < mib << 20; i += 4096) at[i] = 1; }\n"

#: Takes 100 MiB and keeps them; the processor is left to others.
_HOLD = "fill(malloc(100 << 20), 100); pause();"

PROGRAMS = {
    # The kernel kills the program with SIGKILL, which must not be taken for a crash.
    "static array of 700 MB, touched": (
        f"static char big[700 << 20]; int main(void) {{ fill(big, 700); {_ANSWER} return big[5]; }}",
        Verdict.MLE,
    ),
    "static array of 700 MB, untouched": (
        f"static char big[700 << 20]; int main(int n, char **v) {{ {_ANSWER} return big[n] + !v; }}",
        Verdict.AC,
    ),
    "reservation of 1 TB, untouched": (
        f"int main(void) {{ if (mmap(0, 1ull << 40, 3, 0x4022, -1, 0) == MAP_FAILED) return 2; {_ANSWER} return 0; }}",
        Verdict.AC,
    ),
    "child out of memory, parent content": (
        f"int main(void) {{ if (!fork()) {{ fill(malloc(700 << 20), 700); _exit(0); }} wait(0); {_ANSWER} return 0; }}",
        Verdict.MLE,
    ),
    # Three times 100 MiB are too much although none of them is. Nobody ends before all are done.
    "children out of memory together": (
        f"int main(void) {{ for (int i = 3; i--;) if (!fork()) {{ {_HOLD} }} while (wait(0) > 0); {_ANSWER} }}",
        Verdict.MLE,
    ),
    "crash with little memory": ("int main(void) { *(volatile int *)8 = 1; return 0; }", Verdict.RTE),
}


@pytest.mark.parametrize("what", PROGRAMS)
async def test_verdicts_on_memory(court: Court, tmp_path: Path, what: str) -> None:
    """MLE is what ran out of memory, whoever was killed for it; reserving is free, and a crash is a crash."""
    text, expected = PROGRAMS[what]
    judged = await court.judge(echo_package(tmp_path), program(_HEAD + text, "memory.c"), limits=JUDGING_LIMITS)

    assert judged.verdict is expected, judged
