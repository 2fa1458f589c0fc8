"""Records a cell's control group of version 2, for the tests that read it: ``python -m tests.guest.record``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.guest.machine import ROOT, booted

FILES = (
    *("cgroup.controllers", "cpu.stat", "cpu.pressure", "cpuset.cpus", "pids.max"),
    *("memory.current", "memory.peak", "memory.max", "memory.events", "memory.swap.max", "memory.stat"),
)


def main() -> None:
    """Write the files as they are after one run that ended well and one that ran out of memory."""
    target = ROOT / "tests" / "unit" / "cgroup-v2"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, booted(Path(folder)) as guest:
        guest.make_cell()
        guest.run("burn", 1, cpu_ms=10_000)
        guest.run("touch", 300, cpu_ms=60_000)
        files = guest.inspect().files
    for name in FILES:
        (target / name).write_text(files[name])


if __name__ == "__main__":
    main()
