"""Paths as problem.xml writes them."""

from __future__ import annotations

from pathlib import PurePosixPath


def plain_path(text: str) -> str | None:
    """A path below the package as problem.xml writes it, with slashes; None if it leads elsewhere."""
    path = PurePosixPath(text.strip().replace("\\", "/"))
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in text:
        return None
    return str(path)
