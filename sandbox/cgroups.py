"""A cell's control groups from the host's side: what the cell itself may only read.

Needs root. Where it is missing, limits go through Docker and peaks come from the processes.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")


class MemoryGroup:
    """The memory control group of the container whose process 1 is ``pid``, if it can be written to."""

    def __init__(self, pid: int) -> None:
        self._path, self._is_v2 = _find(pid)

    def set_limit(self, limit_bytes: int) -> bool:
        """Bound memory, and memory with swap alike; false where that cannot be done."""
        if self._path is None:
            return False
        try:
            if self._is_v2:
                (self._path / "memory.max").write_text(str(limit_bytes))
            else:
                self._set_v1(limit_bytes)
        except OSError:
            return False
        return True

    def reset_peak(self) -> bool:
        """Start the peak anew. Version 2 keeps a peak for each open file only, which is no use across processes."""
        if self._path is None or self._is_v2:
            return False
        try:
            (self._path / "memory.max_usage_in_bytes").write_text("0")
        except OSError:
            return False
        return True

    def _set_v1(self, limit_bytes: int) -> None:
        """The limit with swap must never be the smaller one, so the order depends on the direction."""
        assert self._path is not None
        plain = self._path / "memory.limit_in_bytes"
        with_swap = self._path / "memory.memsw.limit_in_bytes"
        is_growing = int(plain.read_text()) < limit_bytes
        for file in (with_swap, plain) if is_growing else (plain, with_swap):
            with contextlib.ExitStack() as stack:
                # Kernels may be built without accounting of swap.
                if file is with_swap:
                    stack.enter_context(contextlib.suppress(FileNotFoundError))
                file.write_text(str(limit_bytes))


def _find(pid: int) -> tuple[Path | None, bool]:
    """Where the group of ``pid`` is, and whether it is of version 2."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if "memory" in controllers.split(","):
                found = _ROOT / "memory" / path.lstrip("/")
                return (found if found.is_dir() else None), False
        if (_ROOT / "cgroup.controllers").exists():
            found = _ROOT / path.lstrip("/")
            return (found if (found / "memory.max").exists() else None), True
    return None, False
