"""What became of a run, as measured from outside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EndedBy(StrEnum):
    """What ended a run: itself, the first limit it passed, or we."""

    ITSELF = "itself"
    CPU = "cpu"
    WALL = "wall"
    MEMORY = "memory"
    OUTPUT = "output"
    #: We ended it, having seen enough.
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All processes of the run are dead when this exists. Exactly one of ``exit_code`` and ``signal`` is set."""

    ended_by: EndedBy
    exit_code: int | None
    signal: int | None
    cpu_us: int
    wall_us: int
    memory_bytes: int
    #: Size of standard output, at most the limit; ``Cell.open_stdout`` reads it until the next run.
    stdout_bytes: int
    stderr: bytes
    #: The error number with which the program could not be started at all; its exit code is then 127.
    exec_errno: int | None = None
    #: Files the program left in /feedback, by name.
    feedback: Mapping[str, bytes] = field(default_factory=dict)
    #: Time the box itself cost, from request to report, less the program's own wall time.
    box_us: int = 0
    #: Counters of the disturbance the run suffered.
    noise: Mapping[str, int] = field(default_factory=dict)
    #: System calls that the box refused, by name, and how often: such as no honest program makes.
    denied: Mapping[str, int] = field(default_factory=dict)
    #: Processes that the kernel killed for want of memory.
    oom_kills: int = 0
    #: When a program that talks to one in another cell had ended, or closed both its ends, by our clock as well as it
    #: can be told; None for other runs.
    left_at_ns: int | None = None
