"""A cell's control groups from the host's side: what the cell itself may only read.

Needs root. Where it is missing, limits go through Docker and peaks come from the processes.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
#: More than any machine has.
UNLIMITED_BYTES = 2**63


class MemoryGroup:
    """The memory control group of the container whose process 1 is ``pid``, if it can be written to."""

    def __init__(self, pid: int) -> None:
        self._path, self._is_v2 = _find(pid)
        self._peak: int | None = None

    def set_limit(self, limit_bytes: int) -> bool:
        """Bound memory, and memory with swap alike; false where that cannot be done."""
        if self._path is None:
            return False
        try:
            if self._is_v2:
                self._set_v2(limit_bytes)
            else:
                self._set_v1(limit_bytes)
        except OSError:
            return False
        return True

    def limit_bytes(self) -> int | None:
        """The bound on memory; None where it cannot be read."""
        if self._path is None:
            return None
        file = self._path / ("memory.max" if self._is_v2 else "memory.limit_in_bytes")
        with contextlib.suppress(OSError):
            text = file.read_text().strip()
            return UNLIMITED_BYTES if text == "max" else int(text)
        return None

    def reset_peak(self) -> bool:
        """Start the peak anew; false where that cannot be done, as with version 2 before Linux 6.12."""
        if self._path is None:
            return False
        try:
            if self._is_v2:
                os.write(self._own_peak(), b"reset")
            else:
                (self._path / "memory.max_usage_in_bytes").write_text("0")
        except OSError:
            return False
        return True

    def peak_bytes(self) -> int | None:
        """The peak since it was reset, where nobody else can read it; None where the group's own file has it."""
        if self._peak is None:
            return None
        with contextlib.suppress(OSError, ValueError):
            return int(os.pread(self._peak, 64, 0))
        return None

    def close(self) -> None:
        """Let go of what is open; may be called twice."""
        if self._peak is not None:
            os.close(self._peak)
        self._peak = None

    def _own_peak(self) -> int:
        """Version 2 keeps a peak for each open file that was written to (Linux, cgroup-v2.rst), so one is kept open."""
        assert self._path is not None
        if self._peak is None:
            self._peak = os.open(self._path / "memory.peak", os.O_RDWR | os.O_CLOEXEC)
        return self._peak

    def _set_v2(self, limit_bytes: int) -> None:
        assert self._path is not None
        (self._path / "memory.max").write_text(str(limit_bytes))
        # The engine leaves swap unbounded where it thinks that the kernel cannot bound it.
        with contextlib.suppress(FileNotFoundError):
            (self._path / "memory.swap.max").write_text("0")

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
