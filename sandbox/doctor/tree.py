"""Reading small files of the kernel's, of this host or of a recorded copy of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Tree:
    """A host's file system; tests look at recorded ones."""

    root: Path = Path("/")

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def text(self, name: str) -> str | None:
        """What a file says, or None where it is not there or not ours to read."""
        try:
            with self.path(name).open("rb") as file:
                return file.read(_MOST_BYTES).decode(errors="replace").strip()
        except OSError:
            return None

    def number(self, name: str) -> int | None:
        """The number that a file consists of."""
        text = self.text(name)
        return int(text) if text is not None and re.fullmatch(r"-?\d+", text) else None

    def glob(self, pattern: str) -> list[Path]:
        """The files of that pattern, in order."""
        return sorted(self.root.glob(pattern.lstrip("/")))
