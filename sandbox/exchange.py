"""The exchange directory: how bulk data gets in and out of one cell.

    <cell>/        mode 0700, the host's
    <cell>/in/     the host writes, the launcher reads: input, answer, bundles, a FIFO to be read from
    <cell>/out/    the launcher writes, the host reads: standard output, bundles; the host's FIFO to be written to

A program in a box sees neither. A program that broke out of its box would see both, so ``out`` is read with care.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat
import struct
from pathlib import Path
from typing import BinaryIO, Self

from judge.errors import CellDied, SandboxError

_SYS_OPENAT2 = 437
_READABLE = 0o644
_OPEN_TO_ALL = 0o666
_COPY_BYTES = 1024 * 1024
_WINDOW_BYTES = 128 * 1024
_RESOLVE_NO_XDEV = 0x01
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_libc = ctypes.CDLL(None, use_errno=True)


class Exchange:
    """One cell's exchange directory; ``remove`` it when the cell is gone."""

    @classmethod
    def make(cls, path: Path) -> Self:
        """The exchange directory at ``path``, which is not there yet.

        Raises:
            SandboxError: the disk does not take it.
        """
        try:
            return cls(path)
        except OSError as error:
            shutil.rmtree(path, ignore_errors=True)
            raise SandboxError(f"cannot make the exchange directory {path}: {error.strerror}") from error

    def __init__(self, path: Path) -> None:
        self.path = path
        self.inward = path / "in"
        self.outward = path / "out"
        path.mkdir(mode=0o700, parents=True)
        # The cell's user is nobody the host knows. Others on the host cannot get past the folder above. Whatever is
        # shown gets its mode in a second step, since the first is subject to the umask.
        self.inward.mkdir()
        self.inward.chmod(0o755)
        self.outward.mkdir()
        self.outward.chmod(0o777)

    def put(self, name: str, content: bytes) -> None:
        """Make ``content`` the file ``name`` of ``in``."""
        target = self.inward / name
        target.write_bytes(content)
        target.chmod(_READABLE)

    def show(self, name: str, source: Path | BinaryIO) -> None:
        """Make ``source`` the file ``name`` of ``in``; a path without copying where that is possible."""
        target = self.inward / name
        target.unlink(missing_ok=True)
        if isinstance(source, Path):
            _link_or_copy(source, target)
            _warm(target)
        else:
            with target.open("wb") as file:
                shutil.copyfileobj(source, file, _COPY_BYTES)
            target.chmod(_READABLE)

    def make_pipe(self, name: str) -> Path:
        """A new FIFO ``name`` in ``in``, for the cell's user to open either way."""
        target = self.inward / name
        target.unlink(missing_ok=True)
        os.mkfifo(target)
        target.chmod(_OPEN_TO_ALL)
        return target

    def link_pipe(self, name: str, pipe: Path) -> None:
        """Make another exchange directory's FIFO the ``name`` of ``out`` as well: it is the same pipe in both."""
        target = self.outward / name
        target.unlink(missing_ok=True)
        target.hardlink_to(pipe)

    def hide(self, name: str) -> None:
        """Take the file or FIFO ``name`` out of ``in``."""
        (self.inward / name).unlink(missing_ok=True)

    def open_out(self, name: str) -> int:
        """A descriptor of the regular file ``name`` of ``out``.

        Raises:
            CellDied: it is missing or no regular file, hence not the launcher's work.
        """
        directory = os.open(self.outward, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fd = _open_beneath(directory, name)
        finally:
            os.close(directory)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise CellDied(f"{name} in the exchange directory is no regular file")
        return fd

    def take(self, name: str, max_bytes: int) -> bytes:
        """The content of ``out``'s file ``name``, which must not be larger than ``max_bytes``."""
        with os.fdopen(self.open_out(name), "rb") as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise CellDied(f"{name} in the exchange directory is larger than {max_bytes} bytes")
        return content

    def drop(self, name: str) -> None:
        """Remove the file ``name`` of ``out``."""
        (self.outward / name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Drop everything. Links are never followed (``shutil.rmtree`` works on descriptors here)."""
        shutil.rmtree(self.path, ignore_errors=True)


def _link_or_copy(source: Path, target: Path) -> None:
    """A link has its file's mode; what others may not read is copied, and so is what lies on another disk."""
    if source.stat().st_mode & stat.S_IROTH:
        with contextlib.suppress(OSError):
            target.hardlink_to(source)
            return
    shutil.copyfile(source, target)
    target.chmod(_READABLE)


def _warm(path: Path) -> None:
    """Have the kernel read the file ahead, in our name: what the cell reads first would count as the run's memory."""
    with path.open("rb") as file:
        # One call reads no more than the device's window, whatever it was asked for.
        for offset in range(0, os.fstat(file.fileno()).st_size, _WINDOW_BYTES):
            os.posix_fadvise(file.fileno(), offset, _WINDOW_BYTES, os.POSIX_FADV_WILLNEED)


def _open_beneath(directory: int, name: str) -> int:
    """openat2(2) that refuses links of every kind and blocks on nothing."""
    resolve = _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS | _RESOLVE_NO_XDEV
    how = struct.pack("QQQ", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW, 0, resolve)
    fd = int(_libc.syscall(_SYS_OPENAT2, directory, name.encode(), how, len(how)))
    if fd < 0:
        raise CellDied(f"cannot take {name} from the exchange directory: {os.strerror(ctypes.get_errno())}")
    return fd
