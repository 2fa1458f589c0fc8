"""Makes the zip of a package's folder, as the formats want it: with the folder in it."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from judge.errors import PackageError
from problems import archive, domjudge

#: Zips of equal packages are equal: nothing of when they were made is in them.
_TIME = (1980, 1, 1, 0, 0, 0)


def zip_folder(folder: Path, into: Path | IO[bytes]) -> None:
    """Zip the folder, a copy of the file in the place of each link to one.

    What is no part of a package is left out: names that begin with a dot, but for DOMjudge's ``.timelimit``, links that
    leave the folder, and whatever is neither a file nor a folder.

    Raises:
        PackageError: it holds more than ``archive.unpack`` takes.
    """
    root = folder.resolve()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
        for count, path in enumerate(_found(root, root), start=1):
            if count > archive.MOST_ENTRIES:
                raise PackageError([f"{root.name}: holds more than {archive.MOST_ENTRIES} files"])
            name = f"{root.name}/{path.relative_to(root).as_posix()}"
            if path.is_dir():
                made.writestr(zipfile.ZipInfo(f"{name}/", _TIME), b"")
                continue
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            stat = path.stat()
            info.file_size = stat.st_size
            info.external_attr = (0o100000 | (0o755 if stat.st_mode & 0o100 else 0o644)) << 16
            with path.open("rb") as source, made.open(info, "w") as entry:
                shutil.copyfileobj(source, entry)


def _found(folder: Path, root: Path, depth: int = 1) -> Iterator[Path]:
    """The files below the folder, and the folders in which nothing is."""
    paths = sorted(folder.iterdir())
    if not paths and folder != root:
        yield folder
    for path in paths:
        if path.name.startswith(".") and path.name != domjudge.TIME_LIMIT:
            continue
        if not Path(os.path.realpath(path)).is_relative_to(root):
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and depth < archive.MOST_DEPTH:
            yield from _found(path, root, depth + 1)
