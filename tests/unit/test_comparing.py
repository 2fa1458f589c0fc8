"""What differs between two zips of packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import PackageError
from problems.comparing import MOST_TEXTS, TEXT_BYTES, Change, changes
from tests.zips import CRC, HOSTILE, patched, zipped


def _zips(folder: Path, old: bytes, new: bytes) -> tuple[Path, Path]:
    paths = folder / "old.zip", folder / "new.zip"
    for path, content in zip(paths, (old, new), strict=True):
        path.write_bytes(content)
    return paths


def test_files(tmp_path: Path) -> None:
    """Files added, removed and changed, by path; a folder around the package makes no difference."""
    new = zipped(
        {
            "data/secret/1.ans": "12\n",
            "data/secret/1.in": None,
            "data/secret/2.in": b"\xff\xfe",
            "large.txt": "x" * (TEXT_BYTES + 1),
        },
        top="",
    )

    assert changes(*_zips(tmp_path, zipped(), new)) == [
        Change(path="data/secret/1.ans", old_size=3, new_size=3, texts=("11\n", "12\n")),
        Change(path="data/secret/1.in", old_size=4, new_size=None, texts=("5 6\n", "")),
        Change(path="data/secret/2.in", old_size=None, new_size=2),
        Change(path="large.txt", old_size=None, new_size=TEXT_BYTES + 1),
    ]


def test_many_files(tmp_path: Path) -> None:
    """All of many are told, and so many are shown."""
    new = zipped({f"attachments/{number}.txt": "x" for number in range(MOST_TEXTS + 5)})

    found = changes(*_zips(tmp_path, zipped(), new))

    assert len(found) == MOST_TEXTS + 5
    assert sum(change.texts is not None for change in found) == MOST_TEXTS


def test_what_a_zip_says_of_itself_is_not_believed(tmp_path: Path) -> None:
    """A sum that was made to be that of another file hides nothing: the file is read, and the zip is found out."""
    old = zipped()
    forged = patched(zipped({"data/secret/1.ans": "12\n"}), "two-sums/data/secret/1.ans", CRC, 0)

    with pytest.raises(PackageError, match="cannot be unpacked"):
        changes(*_zips(tmp_path, old, forged))


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_hostile_zips(tmp_path: Path, kind: str) -> None:
    """What is not to be unpacked is either refused, or found out to be harmless to those who only look into it."""
    made, _ = HOSTILE[kind]
    try:
        found = changes(*_zips(tmp_path, zipped(), made()))
    except PackageError:
        return

    assert all(not change.path.startswith("/") and ".." not in change.path.split("/") for change in found)
