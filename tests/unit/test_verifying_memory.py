"""What verifications remember: by content, behind the same walls only, and never what may not happen again."""

from __future__ import annotations

from pathlib import Path

from judge.models import Compilation, Judged, Run
from judge.pipeline.surroundings import key_of, surroundings
from judge.verdicts import Verdict
from judge.verifying.memory import Memory, RememberedChecks, RememberedRuns, Said

RUN = Run(testcase="secret/1", verdict=Verdict.TLE, cpu_us=5, wall_us=6, memory_bytes=7, reason="idle", noise={"a": 1})


def test_keys_tell_parts_apart() -> None:
    """Neither moving a boundary between parts nor a part's kind makes one key of two."""
    keys = [key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of(b"abc"), key_of("1"), key_of(1), key_of(None)]

    assert len(set(keys)) == len(keys)
    assert key_of("ab", "c") == keys[0]


async def test_runs_outlive_the_process(tmp_path: Path) -> None:
    """A run kept is found whole by a later session, and both are counted."""
    with Memory(tmp_path / "found.sqlite") as memory:
        runs = RememberedRuns(memory)
        assert await runs.find("key") is None
        await runs.keep("key", RUN)
        assert (runs.made, runs.found) == (1, 0)

    with Memory(tmp_path / "found.sqlite") as memory:
        runs = RememberedRuns(memory)
        assert await runs.find("key") == RUN
        assert (runs.made, runs.found) == (0, 1)


async def test_other_walls_are_another_memory(tmp_path: Path) -> None:
    """What was found at one isolation level says nothing at another."""
    with Memory(tmp_path / "found.sqlite", "local") as memory:
        await RememberedRuns(memory).keep("key", RUN)
    with Memory(tmp_path / "found.sqlite", "container") as memory:
        assert await RememberedRuns(memory).find("key") is None

    assert surroundings("local") != surroundings("container")


def test_judgings_are_remembered_but_for_judge_errors(tmp_path: Path) -> None:
    """A whole judging counts all its runs as found; a judge error is tried again."""
    judged = Judged(verdict=Verdict.TLE, compilation=Compilation(is_ok=True), runs=(RUN, RUN), score=0.5)
    broken = Judged(verdict=Verdict.JE, compilation=Compilation(is_ok=True), message="the checker crashed")
    with Memory(tmp_path / "found.sqlite") as memory:
        runs = RememberedRuns(memory)
        runs.keep_judging("good", judged)
        runs.keep_judging("broken", broken)

        assert runs.find_judging("good") == judged
        assert runs.found == 2
        assert runs.find_judging("broken") is None


def test_checks_are_remembered_but_for_failures(tmp_path: Path) -> None:
    """What a validator said is remembered, that it crashed is not."""
    no, crash = Said(is_accepted=False, text="no"), Said(is_accepted=False, text="killed", is_failure=True)
    with Memory(tmp_path / "found.sqlite") as memory:
        checks = RememberedChecks(memory)
        assert checks.keep("a", no) == no
        assert checks.keep("b", crash) == crash
        assert (checks.find("a"), checks.find("b")) == (no, None)
        assert (checks.made, checks.found) == (2, 1)


async def test_nothing_is_remembered_without_a_path() -> None:
    """With the cache off nothing is found, not even what was just kept."""
    with Memory(None) as memory:
        runs = RememberedRuns(memory)
        await runs.keep("key", RUN)
        assert await runs.find("key") is None
        assert (runs.made, runs.found) == (1, 0)


async def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    """A file that a crash left broken costs what it held, not the verification."""
    path = tmp_path / "found.sqlite"
    path.write_bytes(b"SQLite format 3\0 but no more" * 100)
    with Memory(path) as memory:
        runs = RememberedRuns(memory)
        await runs.keep("key", RUN)
        assert await runs.find("key") == RUN


async def test_what_another_version_kept_is_not_found(tmp_path: Path) -> None:
    """A document of another shape is as good as none."""
    with Memory(tmp_path / "found.sqlite") as memory:
        memory.keep("run key", '{"verdict": "MAYBE"}')
        memory.keep("check key", "[]")
        memory.keep("judging key", "{}")

        assert await RememberedRuns(memory).find("key") is None
        assert RememberedChecks(memory).find("key") is None
        assert RememberedRuns(memory).find_judging("key") is None


def test_damage_within_costs_only_time(tmp_path: Path) -> None:
    """A file that opens well and is damaged further in is forgotten, and no verification fails for it."""
    path = tmp_path / "found.sqlite"
    with Memory(path) as memory:
        for number in range(100):
            memory.keep(f"key {number}", "x" * 300)
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))

    with Memory(path) as memory:
        assert memory.find("key 1") is None
        memory.keep("key 1", "new")
    with Memory(path) as memory:
        memory.keep("key 1", "new")
        assert memory.find("key 1") == "new"


def test_a_damaged_file_does_not_leave_its_log(tmp_path: Path) -> None:
    """What a crash left beside a damaged file does not make the new one a damaged one, too."""
    path, log = tmp_path / "found.sqlite", tmp_path / "found.sqlite-wal"
    with Memory(path) as memory:
        # So many that part of them is in the log alone.
        for number in range(3000):
            memory.keep(f"key {number}", "x" * 300)
        left = log.read_bytes()
    path.write_bytes(b"no database" * 1000)
    log.write_bytes(left)

    for _ in range(2):
        with Memory(path) as memory:
            memory.keep("key 1", "new")
    with Memory(path) as memory:
        assert memory.find("key 1") == "new"
