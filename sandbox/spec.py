"""What can be asked of a cell: one run, with everything it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

#: Standard error is kept up to here for showing, then dropped.
STDERR_BYTES = 64 * 1024
#: All files of /feedback together, and how many they may be, for them to be kept.
FEEDBACK_BYTES = 64 * 1024 * 1024
FEEDBACK_FILES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """Each of these ends the run when passed; all processes of the run together count."""

    cpu_ms: int
    wall_ms: int
    memory_bytes: int
    #: Standard output. Reaching one byte more ends the run.
    output_bytes: int
    processes: int
    #: Size of the run's own /tmp, which counts towards its memory as well.
    tmp_bytes: int = 64 * 1024 * 1024
    #: Of the program's stack, and of what threads are given by default; 0 is as much as there is memory.
    stack_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """One run in a fresh box. Paths are the host's; the program sees only what is named here."""

    argv: tuple[str, ...]
    limits: RunLimits
    env: Mapping[str, str] = field(default_factory=dict)
    #: Fed to standard input through a pipe; None is an empty input. An open file is copied from where it stands.
    stdin: Path | BinaryIO | None = None
    #: Whether /work may be written: true for a compiler, false for what it made.
    is_work_writable: bool = False
    #: Names in /work under which the program opens its standard input and output; empty: it does not. A file of the
    #: program's by such a name makes way.
    stdin_name: str = ""
    stdout_name: str = ""
    #: Read-only files below /data, by name; only a cell made to show them does. An open file is copied like ``stdin``.
    data: Mapping[str, Path | BinaryIO] = field(default_factory=dict)
    #: Names of files wanted back from a writable /feedback, each cut to 128 KiB. Without these, ``feedback_files`` and
    #: ``keeps_feedback`` the program has no such folder.
    feedback: tuple[str, ...] = ()
    #: What is in /feedback from the start, by relative path.
    feedback_files: Mapping[str, Path | bytes] = field(default_factory=dict)
    #: Whether ``Cell.take_feedback`` is to have all files of /feedback after the run.
    keeps_feedback: bool = False
