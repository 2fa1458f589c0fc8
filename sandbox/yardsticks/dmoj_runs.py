"""How long the sandbox of DMOJ's judge takes for a run: a script for whichever Python has the package ``dmoj``.

Usage: python dmoj_runs.py COUNT WARM_UP PROGRAM   prints one duration in nanoseconds a line

Each run is made the way DMOJ's executors make it: a tracer with the path rules of its own base file system, limits of
time, memory and processes, both outputs captured. Importing and everything else done once is not counted.
"""

from __future__ import annotations

import importlib
import os
import sys
import time


def main(count: int, warm_up: int, program: str) -> int:
    """Run it so many times; 1 if any run did not end with exit code 0."""
    cptbox = importlib.import_module("dmoj.cptbox")
    policies = importlib.import_module("dmoj.cptbox.filesystem_policies")
    base = importlib.import_module("dmoj.executors.base_executor")
    folder = os.path.dirname(program)  # noqa: PTH120 - what the other side wants are strings
    for number in range(-warm_up, count):
        begun = time.perf_counter_ns()
        readable = [*base.BASE_FILESYSTEM, policies.RecursiveDir(folder)]
        tracer = cptbox.IsolateTracer(read_fs=readable, write_fs=base.BASE_WRITE_FILESYSTEM)
        process = cptbox.TracedPopen(
            [program.encode()],
            executable=program.encode(),
            security=tracer,
            time=2,
            memory=262_144,
            wall_time=5,
            stdin=cptbox.PIPE,
            stdout=cptbox.PIPE,
            stderr=cptbox.PIPE,
            env={},
            cwd=folder.encode(),
            nproc=0,
            fsize=0,
        )
        process.communicate(None, outlimit=1 << 20, errlimit=1 << 20)
        took = time.perf_counter_ns() - begun
        if process.returncode != 0:
            sys.stderr.write(f"{program} ended with {process.returncode}\n")
            return 1
        if number >= 0:
            sys.stdout.write(f"{took}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
