"""Which files differ between two zips of packages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from judge.models import KIB
from problems import archive
from problems.archive import Contents

#: Larger files are told to differ, and not how.
TEXT_BYTES = 64 * KIB
#: So many files are shown with what differs in them.
MOST_TEXTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file that is not the same in both."""

    path: str
    #: None: there is none.
    old_size: int | None
    new_size: int | None
    #: What the file holds, before and after, where both are short texts; None: they are not, or it is not shown.
    texts: tuple[str, str] | None = None


def changes(old: Path, new: Path) -> list[Change]:
    """What differs, by path.

    Raises:
        PackageError: one of them is no zip of a package.
    """
    with archive.reading(old) as before, archive.reading(new) as after:
        return list(_changes(before, after))


def _changes(before: Contents, after: Contents) -> Iterator[Change]:
    old, new = before.sizes, after.sizes
    shown = 0
    for path in sorted(old.keys() | new.keys()):
        if path in old and path in new and old[path] == new[path] and _is_same(path, before, after):
            continue
        texts = _texts(path, before, after) if shown < MOST_TEXTS else None
        shown += texts is not None
        yield Change(path=path, old_size=old.get(path), new_size=new.get(path), texts=texts)


def _is_same(path: str, before: Contents, after: Contents) -> bool:
    return before.fingerprint(path) == after.fingerprint(path)


def _texts(path: str, before: Contents, after: Contents) -> tuple[str, str] | None:
    old, new = (_text(path, contents) for contents in (before, after))
    return None if old is None or new is None else (old, new)


def _text(path: str, contents: Contents) -> str | None:
    """The file as text, empty where there is none; None where it is none, or long."""
    size = contents.sizes.get(path, 0)
    if size > TEXT_BYTES:
        return None
    content = contents.content(path) if size else b""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
