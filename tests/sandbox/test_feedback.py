"""What goes into a box beside its standard input, and comes out of it beside its standard output, at each level."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.errors import Refused
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.outcome import Outcome
from sandbox.spec import RunSpec
from tests.sandbox.conftest import LIMITS, MIB, Level

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOMY = dataclasses.replace(LIMITS, memory_bytes=256 * MIB, cpu_ms=5000, wall_ms=20_000)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cell(level: Level) -> AsyncIterator[Cell]:
    """A judge's cell, with a program of one file."""
    cell = await level.cell(shows_data=True)
    await cell.load(bundle.pack({"program": b"content\n", "a.in": b"the program's own\n"}))
    yield cell
    await cell.close()


def _script(text: str) -> RunSpec:
    return RunSpec(argv=("/bin/sh", "-c", text), env={"PATH": "/usr/bin:/bin"}, limits=ROOMY)


async def _said(cell: Cell, spec: RunSpec) -> tuple[Outcome, bytes]:
    outcome = await cell.run(spec)
    with cell.open_stdout() as stdout:
        return outcome, stdout.read()


async def test_feedback_is_kept(cell: Cell) -> None:
    """All regular files come out as they are, whatever they are called, and those in folders too."""
    text = "cd /feedback; echo a > a; mkdir -p b/c; printf x > b/c/d; : > empty; echo e > 'two words'"
    outcome = await cell.run(dataclasses.replace(_script(text), keeps_feedback=True))

    assert (outcome.exit_code, outcome.stderr) == (0, b"")
    assert cell.take_feedback() == {"a": b"a\n", "b/c/d": b"x", "empty": b"", "two words": b"e\n"}


async def test_feedback_of_one_run_is_there_for_the_next(cell: Cell) -> None:
    """What was kept is there again, may be changed and removed, and other files are not there."""
    first = dataclasses.replace(_script("cd /feedback; echo 1 > a; mkdir b; echo 2 > b/c"), keeps_feedback=True)
    await cell.run(first)
    second = dataclasses.replace(
        _script("cd /feedback && cat a b/c && echo 3 >> a && rm b/c && echo 4 > b/d"),
        keeps_feedback=True,
        feedback_files=cell.take_feedback(),
    )
    outcome, said = await _said(cell, second)

    assert (outcome.exit_code, outcome.stderr, said) == (0, b"", b"1\n2\n")
    assert cell.take_feedback() == {"a": b"1\n3\n", "b/d": b"4\n"}
    _, listed = await _said(cell, dataclasses.replace(_script("ls -A /feedback"), keeps_feedback=True))
    assert listed == b""


async def test_feedback_from_files(cell: Cell, tmp_path: Path) -> None:
    """Files may be given by path or by content; those asked for by name come with the outcome as ever."""
    (tmp_path / "file").write_bytes(b"from a file\n")
    spec = dataclasses.replace(
        _script("cat /feedback/one /feedback/two > /feedback/both"),
        feedback=("both",),
        feedback_files={"one": tmp_path / "file", "two": b"from memory\n"},
    )
    outcome = await cell.run(spec)

    assert outcome.feedback == {"both": b"from a file\nfrom memory\n"}


async def test_large_feedback(cell: Cell) -> None:
    """The next pass's input may be tens of megabytes."""
    text = "head -c 40M /dev/urandom > /feedback/nextpass.in && sha256sum < /feedback/nextpass.in"
    outcome, said = await _said(cell, dataclasses.replace(_script(text), keeps_feedback=True))
    assert outcome.exit_code == 0, outcome
    kept = cell.take_feedback()
    assert len(kept["nextpass.in"]) == 40 * MIB
    again = dataclasses.replace(_script("sha256sum < /feedback/nextpass.in"), feedback_files=kept)

    assert (await _said(cell, again))[1] == said


HOSTILE = {
    "links": "ln -s /etc/passwd /feedback/a; ln -s . /feedback/b; ln -s /proc/self/environ /feedback/c",
    "special files": "mkfifo /feedback/a",
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_only_regular_files_are_kept(cell: Cell, what: str) -> None:
    """Nothing is read through a link, and nothing waits for a FIFO."""
    await cell.run(dataclasses.replace(_script(HOSTILE[what]), keeps_feedback=True))

    assert cell.take_feedback() == {}


@pytest.mark.parametrize(
    "text", ["i=0; while [ $i -le 1000 ]; do : > /feedback/$i; i=$((i + 1)); done", "mkdir -p /feedback/" + "a/" * 20]
)
async def test_too_much_feedback_is_refused(cell: Cell, text: str) -> None:
    """More files, or deeper folders, than anybody needs are not kept, which is told; the cell goes on."""
    outcome = await cell.run(dataclasses.replace(_script(text), keeps_feedback=True))

    assert outcome.exit_code == 0
    with pytest.raises(Refused, match="more than 1000 files"):
        cell.take_feedback()


async def test_feedback_is_taken_once(cell: Cell) -> None:
    """What no run kept cannot be taken: neither that of a run before, nor the same again."""
    await cell.run(dataclasses.replace(_script("echo x > /feedback/a"), keeps_feedback=True))
    cell.take_feedback()
    with pytest.raises(Refused):
        cell.take_feedback()
    await cell.run(dataclasses.replace(_script("echo x > /feedback/a"), keeps_feedback=True))
    await cell.run(_script("true"))
    with pytest.raises(Refused):
        cell.take_feedback()


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a/../../b", ""])
async def test_feedback_outside_is_refused(cell: Cell, name: str) -> None:
    """No file is put anywhere but below /feedback; the cell goes on."""
    with pytest.raises(Refused, match="cannot be unpacked"):
        await cell.run(dataclasses.replace(_script("true"), feedback_files={name: b"x"}))
    assert (await cell.run(_script("true"))).exit_code == 0


async def test_streams_by_name(cell: Cell) -> None:
    """Input and output are the streams under the names asked for, in the place of a file of the program's."""
    text = "cat < a.in > out.txt; echo more >> out.txt; cat /work/program"
    spec = dataclasses.replace(_script(text), stdin_name="a.in", stdout_name="out.txt")
    for _ in range(2):
        outcome, said = await _said(cell, dataclasses.replace(spec, stdin=io.BytesIO(b"the input\n")))
        assert (outcome.stderr, said) == (b"", b"the input\nmore\ncontent\n")


async def test_nothing_else_can_be_written(cell: Cell) -> None:
    """/work is read-only beside the links, which nobody can replace; and other runs follow no link in it."""
    text = "echo x > other; rm out.txt; ln -s /tmp elsewhere; mv out.txt b; ls"
    outcome, said = await _said(cell, dataclasses.replace(_script(text), stdout_name="out.txt"))
    assert outcome.stderr.count(b"Read-only file system") == 4, outcome.stderr
    assert set(said.split()) >= {b"a.in", b"out.txt", b"program"}

    plain = await cell.run(_script("echo x > out.txt"))
    assert plain.exit_code != 0


async def test_a_folder_by_the_name_of_a_stream(level: Level) -> None:
    """A program whose folder has the name of the input reads its input; the folder is out of the way, not gone."""
    cell = await level.cell()
    await cell.load(bundle.pack({"input.txt/file": b"x"}))
    outcome = await cell.run(
        dataclasses.replace(_script("test -h input.txt && cat .aside-0/file"), stdin_name="input.txt")
    )
    await cell.close()

    assert outcome.exit_code == 0


async def test_open_files_are_shown(cell: Cell, tmp_path: Path) -> None:
    """Another program's output, as an open file, is a file below /data like any other."""
    (tmp_path / "answer").write_bytes(b"answer\n")
    await cell.run(_script("echo output"))
    with cell.open_stdout() as output:
        spec = dataclasses.replace(
            _script("cat /data/output /data/answer"), data={"output": output, "answer": tmp_path / "answer"}
        )
        _, said = await _said(cell, spec)

    assert said == b"output\nanswer\n"
