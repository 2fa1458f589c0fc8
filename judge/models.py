"""What a judging is about: plain values that every layer shares.

Times are whole milliseconds where a person set them (limits) and whole microseconds where a clock measured them.
Sizes are bytes. Nothing here does I/O.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath
from typing import Self

from judge.incidents import Incident, merged
from judge.verdicts import Verdict

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a problem allows. Defaults are those of the Kattis legacy package format and of DOMjudge."""

    time_ms: int
    #: Wall-clock limit; a program that waits beyond it is TLE with the reason "idle".
    wall_ms: int
    memory_bytes: int = 2048 * MIB
    #: Standard output; standard error beyond its own small cap is dropped, not punished.
    output_bytes: int = 8 * MIB
    #: All submitted files together, before compiling.
    code_bytes: int = 128 * KIB
    compile_time_ms: int = 60_000
    compile_memory_bytes: int = 2048 * MIB
    #: CPU time of an output validator on one test case.
    validation_time_ms: int = 60_000
    validation_memory_bytes: int = 2048 * MIB
    validation_output_bytes: int = 8 * MIB
    #: Processes and threads alive at once.
    processes: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """The name of some immutable bytes: their SHA-256, and how many there are."""

    sha256: bytes
    size: int

    @classmethod
    def of(cls, content: bytes) -> Self:
        return cls(sha256=hashlib.sha256(content).digest(), size=len(content))

    @property
    def hex(self) -> str:
        return self.sha256.hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a program, under the plain name it was submitted with."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A program as written: its files in the order given, the first being the main one unless the recipe says else."""

    language: str
    files: tuple[SourceFile, ...]

    @property
    def size(self) -> int:
        return sum(len(file.content) for file in self.files)

    @property
    def digest(self) -> bytes:
        """SHA-256 over language, names and contents: equal for equal programs only."""
        digest = hashlib.sha256()
        for part in (self.language.encode(), *(p for f in self.files for p in (f.name.encode(), f.content))):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Testcase:
    """One input with its answer. ``name`` is the path below ``data/`` without extension: ``secret/group1/03``."""

    __test__ = False  # not a pytest class

    name: str
    input: Blob
    answer: Blob
    #: Flags for the checker, the problem's and the test group's together, in that order.
    checker_flags: tuple[str, ...] = ()

    @property
    def is_sample(self) -> bool:
        return PurePosixPath(self.name).parts[0] == "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckerSpec:
    """How output is judged: a built-in checker by name, or a package's own output validator."""

    #: A name known to ``checkers.BUILTIN``, or ``"program"``.
    name: str
    #: The output validator's source where ``name`` is ``"program"``.
    program: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything that judging a submission needs to know of one immutable problem version."""

    name: str
    limits: Limits
    checker: CheckerSpec
    #: In judging order: samples first, then secret ones, each by name.
    testcases: tuple[Testcase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What the compiler made of a source. ``output`` is cleaned and capped for showing."""

    is_ok: bool
    output: str = ""
    cpu_us: int = 0
    #: What the compiler tried, or was made to try.
    incidents: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One test case within a judging, judged."""

    testcase: str
    verdict: Verdict
    cpu_us: int
    wall_us: int
    memory_bytes: int
    exit_code: int | None = None
    signal: int | None = None
    #: Why, in a few words that give nothing of the test away: "idle", "killed by signal 11".
    reason: str = ""
    #: The checker's text for judges. Never shown to contestants.
    message: str = ""
    #: What the run suffered: context switches, faults, throttling.
    noise: Mapping[str, int] = field(default_factory=dict)
    #: What the program tried beside its work, for admins.
    incidents: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finished judging: its verdict, that of the first run that failed, and all runs made."""

    verdict: Verdict
    compilation: Compilation
    runs: tuple[Run, ...] = ()
    #: For admins, where the verdict is JE.
    message: str = ""
    #: Whether the verdict is JE because this host failed: judged elsewhere, or later, it may be another.
    is_hosts_fault: bool = False

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Everything that compiling and all runs had to tell, each once; a bounded number."""
        return merged(chain(self.compilation.incidents, *(run.incidents for run in self.runs)))

    @property
    def slowest_cpu_us(self) -> int:
        return max((run.cpu_us for run in self.runs), default=0)

    @property
    def peak_memory_bytes(self) -> int:
        return max((run.memory_bytes for run in self.runs), default=0)
