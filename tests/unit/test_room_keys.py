"""What a run depends on, and what it does not: the key that tells whether it has to be made again."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from judge.models import Blob, CheckerSpec, Limits, Problem, Testcase
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs
from judge.pipeline.room import Room
from judge.recipes.languages import images, language, pasted

CASE = Testcase(name="secret/1", input=Blob.of(b"1"), answer=Blob.of(b"2"))
LIMITS = Limits(time_ms=1000, wall_ms=3000)
PROBLEM = Problem(name="p", limits=LIMITS, checker=CheckerSpec(name="tokens"), testcases=(CASE,))


def _key(
    folder: Path,
    *,
    problem: Problem = PROBLEM,
    case: Testcase = CASE,
    code: bytes = b"int main() {}",
    surroundings: str = "",
    run_image: str = "sha256:run",
) -> str:
    names = {**dict.fromkeys(images(), "sha256:compile"), language("cpp20").runs_in: run_image}
    room = Room(
        problem=problem,
        source=pasted("cpp20", code),
        judges=cast("Any", None),
        programs=Programs(cache=FileCache(folder, most_bytes=1), images=names),
        surroundings=surroundings,
        pool=cast("Any", None),
        slot=cast("Any", None),
        stack=contextlib.AsyncExitStack(),
    )
    return room.key(case)


@pytest.mark.parametrize(
    "changed",
    [
        {"surroundings": "another release"},
        {"run_image": "sha256:another"},
        {"code": b"int main() { }"},
        {"case": replace(CASE, input=Blob.of(b"3"))},
        {"case": replace(CASE, answer=Blob.of(b"3"))},
        {"case": replace(CASE, checker_flags=("case_sensitive",))},
        {"problem": replace(PROBLEM, limits=replace(LIMITS, time_ms=2000))},
        {"problem": replace(PROBLEM, limits=replace(LIMITS, memory_bytes=1))},
        {"problem": replace(PROBLEM, checker=CheckerSpec(name="lines"))},
        {"problem": replace(PROBLEM, is_interactive=True)},
    ],
)
def test_what_makes_another_run(tmp_path: Path, changed: dict[str, Any]) -> None:
    """Whatever may change what comes of a run changes its key."""
    assert _key(tmp_path, **changed) != _key(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"problem": replace(PROBLEM, limits=replace(LIMITS, code_bytes=1, compile_time_ms=1))},
        {"problem": replace(PROBLEM, name="q", testcases=(CASE, replace(CASE, name="secret/2")))},
        {"case": replace(CASE, name="secret/2")},
    ],
)
def test_what_makes_no_other_run(tmp_path: Path, changed: dict[str, Any]) -> None:
    """Limits for compiling, other test cases and a test case's name do not."""
    assert _key(tmp_path, **changed) == _key(tmp_path)


def test_submitted_answers_go_by_name(tmp_path: Path) -> None:
    """Where output files are submitted, the name of the test case says which of them is judged."""
    problem = replace(PROBLEM, is_submit_answer=True)

    assert _key(tmp_path, problem=problem) != _key(tmp_path, problem=problem, case=replace(CASE, name="secret/2"))
