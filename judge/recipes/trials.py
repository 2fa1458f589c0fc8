"""Trials: the small programs beside a recipe that show that its language works, each with the verdict it has to get.

All of them solve one problem, the sum of two numbers on a line. What a program is called says what becomes of it:
``sum``, ``loop``, ``deep`` and ``threads`` are accepted, ``wrong`` is wrong, ``slow`` never ends, ``crash`` fails while
it runs and ``broken`` before that. They lie in ``programs/ID/`` below the recipe's folder, or in ``programs/CODE/``,
which all languages of one code share.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.errors import UsageError
from judge.models import MIB, Blob, CheckerSpec, Judged, Limits, Problem, Source, Testcase
from judge.pipeline.judging import PackageData, Silent, judge
from judge.pipeline.room import Bench
from judge.recipes import languages
from judge.recipes.recipe import Language
from judge.verdicts import Verdict

#: What each program has to get, in the order in which they are judged.
EXPECTED: Mapping[str, Verdict] = {
    "sum": Verdict.AC,
    "loop": Verdict.AC,
    "deep": Verdict.AC,
    "threads": Verdict.AC,
    "wrong": Verdict.WA,
    "slow": Verdict.TLE,
    "crash": Verdict.RTE,
    "broken": Verdict.CE,
}
#: Without these nobody knows whether a language works.
NEEDED = ("sum", "wrong", "slow", "crash", "broken")
#: The one that contestants are shown.
SAMPLE = "sum"

_TESTS = {"sample/1": (b"20 22\n", b"42\n"), "secret/1": (b"-5 7\n", b"2\n")}
_LIMITS = Limits(time_ms=10_000, wall_ms=25_000, memory_bytes=512 * MIB)
#: Of the program that never ends: enough for any language to start.
_SLOW_MS = 2000
_SOURCE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One program of a language."""

    language: Language
    name: str
    source: Source

    @property
    def expected(self) -> Verdict:
        return EXPECTED[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of it."""

    trial: Trial
    judged: Judged

    @property
    def is_ok(self) -> bool:
        return self.judged.verdict is self.trial.expected


def folder_of(recipe: Language) -> Path:
    """Where a language's programs are, or would have to be."""
    programs = languages.catalogue().folders[recipe.id] / "programs"
    own = programs / recipe.id
    return own if own.is_dir() or not (programs / recipe.code).is_dir() else programs / recipe.code


def trials(recipe: Language) -> list[Trial]:
    """A language's programs, in the order of ``EXPECTED``.

    Raises:
        UsageError: one that every language needs is missing, or a file is none of them.
    """
    folder = folder_of(recipe)
    files = {path.stem: path for path in sorted(folder.glob("*")) if path.is_file()} if folder.is_dir() else {}
    if missing := [name for name in NEEDED if name not in files]:
        extension = recipe.extensions[0]
        lacking = ", ".join(f"{name}.{extension}" for name in missing)
        raise UsageError(f"{folder}: there is no {lacking}: each language has them, to show that it works")
    if unknown := sorted(set(files) - set(EXPECTED)):
        raise UsageError(f"{files[unknown[0]]}: a program is called one of {', '.join(EXPECTED)}")
    return [
        Trial(language=recipe, name=name, source=languages.pasted(recipe.id, _content(files[name])))
        for name in EXPECTED
        if name in files
    ]


def sample(recipe: Language) -> str | None:
    """The text of the program that contestants are shown; None where there is none."""
    path = folder_of(recipe) / f"{SAMPLE}.{recipe.extensions[0]}"
    found = [path] if path.is_file() else sorted(folder_of(recipe).glob(f"{SAMPLE}.*"))
    return _content(found[0]).decode("utf-8", "replace") if found else None


async def attempt(trial: Trial, bench: Bench, files: Mapping[Blob, Path]) -> Tried:
    """Judge a program as any submission is judged.

    Raises:
        SandboxError: this host cannot judge.
    """
    limits = _LIMITS
    if trial.expected is Verdict.TLE:
        limits = dataclasses.replace(limits, time_ms=_SLOW_MS, wall_ms=2 * _SLOW_MS + 1000)
    judged = await judge(
        dataclasses.replace(_problem(), limits=limits),
        trial.source,
        bench=dataclasses.replace(bench, data=PackageData(files)),
        slot=bench.pool.slots[0],
        progress=Silent(),
    )
    return Tried(trial=trial, judged=judged)


@contextlib.contextmanager
def data() -> Iterator[Mapping[Blob, Path]]:
    """The problem's files, gone at exit."""
    with tempfile.TemporaryDirectory(prefix="judge-trials-") as folder:
        files = {Blob.of(content): content for pair in _TESTS.values() for content in pair}
        paths = {blob: Path(folder, blob.hex) for blob in files}
        for blob, content in files.items():
            paths[blob].write_bytes(content)
        yield paths


def _problem() -> Problem:
    return Problem(
        name="sum",
        limits=_LIMITS,
        checker=CheckerSpec(name="tokens"),
        testcases=tuple(
            Testcase(name=name, input=Blob.of(given), answer=Blob.of(answer))
            for name, (given, answer) in _TESTS.items()
        ),
    )


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SOURCE_BYTES)
