"""Folders of packages as zips."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from judge.errors import PackageError
from problems import archive
from problems.zipping import zip_folder
from tests.packages import GOOD, write


def _names(folder: Path, into: Path) -> set[str]:
    zip_folder(folder, into)
    with zipfile.ZipFile(into) as made:
        return {name.removeprefix(f"{folder.name}/") for name in made.namelist()}


def test_what_is_no_package(tmp_path: Path) -> None:
    """Links within the folder become copies; what leads out of it, in a circle, or is no file is left out."""
    folder = write(tmp_path, {".timelimit": "2\n", ".git/config": "x", ".env": "SECRET=1"})
    (tmp_path / "secret").write_text("not to be seen")
    (folder / "data" / "empty").mkdir()
    for name, target in {"copy": "data/sample", "up": "..", "out": "../secret", "self": "self", "gone": "x"}.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe")

    names = _names(folder, tmp_path / "a.zip")

    assert names == {*GOOD, ".timelimit", "copy/1.in", "copy/1.ans", "data/empty/"}
    unpacked = archive.unpack(tmp_path / "a.zip", tmp_path / "unpacked")
    assert (unpacked / "copy" / "1.ans").read_text() == "3\n"


def test_a_folder_in_itself(tmp_path: Path) -> None:
    """A link to the folder around it is followed no deeper than packages are, and no further than they have files."""
    folder = write(tmp_path)
    (folder / "again").symlink_to(".")
    assert max(name.count("/") for name in _names(folder, tmp_path / "a.zip")) <= archive.MOST_DEPTH + 1

    (folder / "more").symlink_to(".")
    with pytest.raises(PackageError, match="more than"):
        zip_folder(folder, tmp_path / "b.zip")
