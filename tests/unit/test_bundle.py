"""Bundles: what Python packs the launcher unpacks, and the other way round."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import bundle
from sandbox.cell import Cell
from sandbox.local import LocalMaker

#: Names that a path may consist of: anything but a slash or a zero byte, except for the folders' own.
_COMPONENT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=40
).filter(lambda name: name not in (".", ".."))
_NAME = st.lists(_COMPONENT, min_size=1, max_size=4).map("/".join)
_FILES = st.dictionaries(_NAME, st.binary(max_size=3000), max_size=8)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all examples."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def cell(runner: asyncio.Runner, short_tmp: Path) -> Iterator[Cell]:
    """A launcher to pack and unpack."""
    cell = runner.run(LocalMaker(cells_dir=short_tmp).make(image="", core=0, shows_data=False))
    yield cell
    runner.run(cell.close())


def test_layout() -> None:
    """The layout is the one the module describes, byte by byte."""
    expected = b"\0\0\0\x01" + b"\0\0\x01\xa4" + b"\0\0\0\0\0\0\0\x02" + b"a" + b"xy"

    assert bundle.pack({"a": b"xy"}) == expected
    assert bundle.pack({}) == b""
    assert bundle.pack({"a": b"xy"}, mode=bundle.EXECUTABLE)[4:8] == b"\0\0\x01\xed"


def _is_consistent(files: dict[str, bytes]) -> bool:
    """Whether no name is both a file and a folder, and none too long for a file system."""
    folders = {name[:at] for name in files for at, letter in enumerate(name) if letter == "/"}
    parts = [part for name in files for part in name.split("/")]
    return not folders & files.keys() and all(len(part.encode()) <= 255 for part in parts)


@given(files=_FILES.filter(_is_consistent))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip(runner: asyncio.Runner, cell: Cell, files: dict[str, bytes]) -> None:
    """Whatever files go into a cell come out of it again, whatever they are called."""
    runner.run(cell.load(bundle.pack(files)))
    saved = runner.run(cell.save())

    assert sorted(_split(saved)) == sorted(_split(bundle.pack(files)))


def _split(packed: bytes) -> list[bytes]:
    """The files of a bundle, each still packed."""
    found = []
    while packed:
        size = 16 + int.from_bytes(packed[:4], "big") + int.from_bytes(packed[8:16], "big")
        found.append(packed[:size])
        packed = packed[size:]
    return found


@given(files=_FILES.filter(_is_consistent), left_out=st.sets(_NAME), some=st.data())
def test_leaving_files_out(files: dict[str, bytes], left_out: set[str], some: st.DataObject) -> None:
    """A bundle without some of its files is the bundle of the others; what is not in it changes nothing."""
    if files:
        left_out |= set(some.draw(st.lists(st.sampled_from(sorted(files)))))
    rest = {name: content for name, content in files.items() if name not in left_out}

    assert bundle.names(bundle.pack(files)) == tuple(files)
    assert bundle.without(bundle.pack(files), left_out) == bundle.pack(rest)
