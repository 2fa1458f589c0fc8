"""What a judging is about: plain values that every layer shares.

Times are whole milliseconds where a person set them (limits) and whole microseconds where a clock measured them.
Sizes are bytes. Nothing here does I/O.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from typing import Self

from judge.groups import Grading
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
    #: Interactions or passes a multi-pass problem may take on one test case; 1: it is not one.
    passes: int = 1
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
    """One file of a program, under the plain name it was submitted with; programs of packages may have folders."""

    name: str
    content: bytes
    is_executable: bool = False
    #: Whether the problem laid it over the submission. It starts the program only if it is called as such a file is.
    is_included: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A program as written: its files in the order given, the first being the main one unless the recipe says else."""

    language: str
    files: tuple[SourceFile, ...]
    #: The file, or in Java the class, that starts the program; empty: the language's rule finds it.
    entry_point: str = ""

    @property
    def size(self) -> int:
        return sum(len(file.content) for file in self.files)

    @property
    def digest(self) -> bytes:
        """SHA-256 over language, names, modes and contents: equal for equal programs only."""
        digest = hashlib.sha256()
        parts = (
            part
            for file in self.files
            for part in (file.name.encode(), b"x" * file.is_executable + b"i" * file.is_included, file.content)
        )
        for part in (self.language.encode(), self.entry_point.encode(), *parts):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Testcase:
    """One input with its answer. ``name`` is the path below ``data/`` without extension: ``secret/group1/03``."""

    __test__ = False  # not a pytest class

    name: str
    #: Where there is none in the package, an empty one.
    input: Blob
    answer: Blob
    #: Flags for the checker, the problem's and the test group's together, in that order.
    checker_flags: tuple[str, ...] = ()
    #: Flags for one of several output validators only, by its name (legacy format).
    named_flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Words that the submission is started with (2025-09 ``args``).
    args: tuple[str, ...] = ()
    #: Files put into the submission's working directory before the run (2025-09 ``.files``), by relative path.
    files: Mapping[str, Blob] = field(default_factory=dict)
    #: What the test case is worth (Polygon); None: its group says.
    points: float | None = None

    @property
    def is_sample(self) -> bool:
        return is_sample(self.name)


class Convention(StrEnum):
    """How a package's program is called, and what its end means."""

    #: ``program input answer feedback/ [flags] < output``; 42 accepts, 43 rejects (ICPC package format).
    ICPC = "icpc"
    #: ``program input output answer``; 0 accepts, 1, 2 and 8 reject, 7 gives points (testlib).
    TESTLIB = "testlib"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckerSpec:
    """How output is judged: a built-in checker by name, or a package's own output validator."""

    #: A name known to ``checkers.registry``, or ``"program"``.
    name: str
    #: The output validator's source where ``name`` is ``"program"``.
    program: Source | None = None
    convention: Convention = Convention.ICPC
    #: What the package calls the program, for messages and ``Testcase.named_flags``.
    program_name: str = ""
    #: Others, each of which must accept as well (legacy format).
    others: tuple[CheckerSpec, ...] = ()

    @property
    def all(self) -> tuple[CheckerSpec, ...]:
        """This one and the others."""
        return (self, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything that judging a submission needs to know of one immutable problem version."""

    name: str
    limits: Limits
    checker: CheckerSpec
    #: In judging order: samples first, then secret ones, each by name.
    testcases: tuple[Testcase, ...]
    #: None: a submission is judged test by test up to the first failure, and has no score.
    grading: Grading | None = None
    #: The package's own grader, for groups whose rule names it (legacy format).
    grader: Source | None = None
    #: The checker talks to the submission instead of reading its output afterwards. With an ``interactor`` that one
    #: talks, and what it writes into its output file is given to the checker (Polygon).
    is_interactive: bool = False
    #: By testlib's convention: ``program input output answer``.
    interactor: Source | None = None
    #: Looks at the submission itself (2025-09): ``program language entry_point feedback/ [flags]``.
    static_validator: Source | None = None
    #: The submission is made of output files, one for each test case (2025-09).
    is_submit_answer: bool = False
    #: Files laid over a submission before it is compiled, by language id; "default" where the language has none.
    includes: Mapping[str, tuple[SourceFile, ...]] = field(default_factory=dict)
    #: Ids of the languages allowed; None: all.
    languages: tuple[str, ...] | None = None
    #: Whether a submission may write to its working directory.
    allows_file_writing: bool = False
    #: Names under which a submission opens its input and output; empty: standard input and output (Polygon).
    input_file: str = ""
    output_file: str = ""

    def completed(self, source: Source) -> Source:
        """The source with the problem's include files laid over it."""
        extra = self.includes.get(source.language, self.includes.get("default", ()))
        if not extra:
            return source
        files = {file.name: file for file in source.files}
        files.update((file.name, replace(file, is_included=True)) for file in extra)
        return replace(source, files=tuple(files.values()))


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
    #: The checker's text for contestants.
    team_message: str = ""
    #: What the checker gave, absolute; None: it gave none.
    score: float | None = None
    #: What the checker gave as a part of the test case's points, from 0 to 1 (2025-09).
    multiplier: float | None = None
    #: Passes made of a multi-pass problem.
    passes: int = 1
    #: What the run suffered: context switches, faults, throttling.
    noise: Mapping[str, int] = field(default_factory=dict)
    #: What the program tried beside its work, for admins.
    incidents: tuple[Incident, ...] = ()
    #: A digest, as hexadecimal digits, of all that the run depends on but its host's speed; empty: not known.
    key: str = field(default="", compare=False)
    #: The judging that made the run, where it was not the one that it stands in.
    reused_from: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finished judging: its verdict, that of the first run that failed, and all runs made."""

    verdict: Verdict
    compilation: Compilation
    runs: tuple[Run, ...] = ()
    #: What the static validator said, once for each group that asks it.
    static_runs: tuple[Run, ...] = ()
    #: Of a scoring problem; None elsewhere, and where the verdict is CE or JE.
    score: float | None = None
    #: The score as a sum, by test group; empty where it is none.
    parts: Mapping[str, float] = field(default_factory=dict)
    #: For admins, where the verdict is JE.
    message: str = ""
    #: Whether the verdict is JE because this host failed: judged elsewhere, or later, it may be another.
    is_hosts_fault: bool = False

    @property
    def cases(self) -> tuple[Run, ...]:
        """What became of every test case, static validation included (2025-09, "Static validation test cases")."""
        return (*self.runs, *self.static_runs)

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


def is_sample(testcase: str) -> bool:
    """Whether the test case of that name is a sample, which contestants have in full."""
    return testcase.startswith("sample/")


def static_case(group: str) -> str:
    """What the test case is called in which the static validator looks at a submission."""
    return f"{group}/static validation"
