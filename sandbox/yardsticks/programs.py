"""The yardsticks' own programs, compiled from the C files of this folder in a cell of the image ``gcc``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from judge.errors import SandboxError
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.spec import RunLimits, RunSpec

SOURCES = Path(__file__).parent
NAMES = ("noop", "stopwatch", "burner", "talk")

_MIB = 1024 * 1024
_LIMITS = RunLimits(
    cpu_ms=30_000, wall_ms=60_000, memory_bytes=1024 * _MIB, output_bytes=16 * _MIB, processes=32, tmp_bytes=256 * _MIB
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """The compiled programs by name: static, so that they run in every image and on the host alike."""

    binaries: dict[str, bytes]

    async def load(self, cell: Cell) -> None:
        """Make all of them files of the cell's /work."""
        await cell.load(bundle.pack(self.binaries, mode=bundle.EXECUTABLE))

    def put(self, folder: Path) -> None:
        """Make all of them files of a folder of the host that every user may enter."""
        folder.chmod(0o755)
        for name, binary in self.binaries.items():
            path = folder / name
            path.write_bytes(binary)
            path.chmod(0o755)


async def compiled(cell: Cell) -> Programs:
    """Compile them in ``cell``, whose /work holds nothing of use afterwards.

    Raises:
        SandboxError: there is no compiler in it, or it does not compile them.
    """
    await cell.load(bundle.pack({f"{name}.c": (SOURCES / f"{name}.c").read_bytes() for name in NAMES}))
    return Programs(binaries={name: await _compile(cell, name) for name in NAMES})


async def _compile(cell: Cell, name: str) -> bytes:
    argv = ("/usr/bin/gcc", "-std=c11", "-O2", "-static", "-pthread", "-o", name, f"{name}.c")
    outcome = await cell.run(RunSpec(argv=argv, env={"PATH": "/usr/bin"}, is_work_writable=True, limits=_LIMITS))
    if outcome.exit_code != 0:
        said = outcome.stderr.decode(errors="replace")
        raise SandboxError(f"the yardstick {name}.c does not compile with this image's gcc: {said or outcome}")
    printed = await cell.run(RunSpec(argv=("/bin/cat", name), limits=_LIMITS))
    with cell.open_stdout() as stdout:
        binary = stdout.read()
    if printed.exit_code != 0 or len(binary) != printed.stdout_bytes or not binary:
        raise SandboxError(f"the yardstick {name} cannot be taken out of its cell: {printed}")
    return binary
