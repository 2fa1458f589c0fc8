"""``judge run`` with what it cannot judge: one line for each mistake, and exit code 2."""

from __future__ import annotations

import os

import pytest

from tests import desks
from tests.desks import SUM, Desk

desk = desks.desk


def test_a_source_that_is_not_there(desk: Desk) -> None:
    """A missing file is named."""
    assert desk.refused("missing.py") == "missing.py does not exist"


def test_an_empty_source(desk: Desk) -> None:
    """An empty file is no submission."""
    assert desk.refused(desk.write("a.py", "")) == "the source is empty"


def test_an_unknown_extension(desk: Desk) -> None:
    """Where the language cannot be told the way out is."""
    assert "name it" in desk.refused(desk.write("a.txt", SUM))


def test_an_unknown_language(desk: Desk) -> None:
    """A language there is none of is answered with those there are."""
    line = desk.refused(desk.write("a.py", SUM), "--language", "klingon")

    assert line.startswith("unknown language 'klingon'")
    assert "python3" in line


def test_zero_bytes(desk: Desk) -> None:
    """A compiled program in place of its source is recognised."""
    assert "NUL byte" in desk.refused(desk.write("a.py", b"print()\0"))


def test_no_text(desk: Desk) -> None:
    """A source in another encoding is refused with the place that cannot be read."""
    assert "byte 7" in desk.refused(desk.write("a.py", b"print('\xe4')".replace(b"'\xe4'", b"\xe4")))


def test_a_source_over_the_limit(desk: Desk) -> None:
    """A source one byte too long is refused with both sizes; one that just fits is judged."""
    room = 128 * 1024
    assert f"{room + 1} bytes long; at most {room}" in desk.refused(desk.write("a.py", SUM.ljust(room + 1)))
    assert desk.judged(desk.write("b.py", SUM.ljust(room)))["verdict"] == "AC"


def test_a_source_without_an_end(desk: Desk) -> None:
    """Devices and pipes in place of a file are refused, not read."""
    os.mkfifo(desk.folder / "pipe.py")

    assert "/dev/zero is neither" in desk.refused("/dev/zero", "--language", "python3")
    assert "pipe.py is neither" in desk.refused("pipe.py")


def test_a_huge_file(desk: Desk) -> None:
    """A file of gigabytes is refused without being read into memory."""
    with (desk.folder / "huge.py").open("wb") as file:
        file.truncate(8 * 1024**3)

    assert "huge.py is longer than" in desk.refused("huge.py")


def test_a_folder_without_files(desk: Desk) -> None:
    """An empty folder is no program."""
    (desk.folder / "empty").mkdir()

    assert "empty is neither" in desk.refused("empty")


@pytest.mark.parametrize("name", ["a b.py", "-a.py", "a;b.py"])
def test_a_strange_file_name(desk: Desk, name: str) -> None:
    """A name that a compiler or shell would take for something else is refused, with what names are made of."""
    desk.write(name, SUM)

    assert "use letters, digits" in desk.refused("--", name)


def test_something_that_is_no_package(desk: Desk) -> None:
    """A folder without problem.yaml is no package, which is the first thing said of it."""
    desk.write("nothing/readme.txt", "")
    code, said, complained = desk.run("--problem", "nothing", desk.write("a.py", SUM))

    assert (code, said) == (2, "")
    assert complained.startswith("judge: problem.yaml: missing; ")
    assert "Traceback" not in complained


def test_a_package_that_is_not_there(desk: Desk) -> None:
    """A missing package is named."""
    assert "missing" in desk.refused(desk.write("a.py", SUM), problem="missing")


def test_a_package_without_an_answer(desk: Desk) -> None:
    """An input without its answer file is named."""
    (desk.package / "data/secret/1.ans").unlink()

    assert "data/secret/1" in desk.refused(desk.write("a.py", SUM))


def test_every_mistake_of_a_package_has_a_line(desk: Desk) -> None:
    """Two mistakes of a package are told at once, each in a line of its own."""
    for test in ("sample", "secret"):
        (desk.package / f"data/{test}/1.ans").unlink()
    code, said, complained = desk.run("--problem", desk.package.name, desk.write("a.py", SUM))

    assert (code, said) == (2, "")
    assert len([line for line in complained.splitlines() if "1.ans" in line]) == 2


@pytest.mark.parametrize("words", [(), ("--problem",), ("--isolation", "none"), ("--surprise",)])
def test_bad_usage(desk: Desk, words: tuple[str, ...]) -> None:
    """A command that is not written right exits with 2, and says how it is."""
    code, said, complained = desk.run(desk.write("a.py", SUM), *words)

    assert (code, said) == (2, "")
    assert "Error: " in complained
    assert "Traceback" not in complained
