"""Hostile programs: files that say in their head what they cover, and what has to become of them.

The head is the comment that a file begins with. Lines ``key: value`` in it are for us, the others for people:

    covers: A01 J25        rows of the catalogue (``rows.toml``)
    expect: TLE RTE        the verdicts that are right; ``expect@local: …`` at that isolation level
    reason: idle           how the reason of a run that failed has to begin
    answer: 8              the right output; "safe" by default
    checker: NAME FLAGS…   how output is compared; "tokens" by default
    each: ONE OTHER        variants of the program, put in place of @EACH@
    times: 3               judged so often, one after the other, each time as expected
    quick: yes             part of the quick self-test
    time_ms, memory_mib, output_mib, compile_ms
                           limits in place of the usual ones
    most_cpu_ms, most_memory_mib
                           bounds for what is measured of the last run

A program that tries what is forbidden prints "safe" where all was refused, and what it found otherwise. A folder is one
program of several files; the head is that of the file called ``main``. In texts, @CANARY@ and its like stand for what
the host has laid out (``bait.py``); @TIMES 9 x@ is nine x, @BYTE ff@ that byte, @NUL@, @ESC@, @BOM@, @RLO@ and @RLI@
the characters of these names.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from judge.errors import UnknownLanguage, UsageError
from judge.models import MIB, Limits, Source, SourceFile
from judge.recipes.languages import guess
from judge.recipes.recipe import Language
from judge.verdicts import Verdict

FOLDER = Path(__file__).parents[2] / "tests" / "attacks" / "programs"

#: Small, so that programs which only stop at a limit stop soon.
LIMITS = Limits(
    time_ms=300,
    wall_ms=900,
    memory_bytes=128 * MIB,
    output_bytes=MIB,
    compile_time_ms=4000,
    compile_memory_bytes=512 * MIB,
    processes=32,
)
#: What a language takes more than C does only to start.
_SLOW = {
    "java": dataclasses.replace(
        LIMITS, time_ms=2500, wall_ms=5000, compile_time_ms=20_000, compile_memory_bytes=1024 * MIB
    ),
    "javascript": dataclasses.replace(LIMITS, time_ms=1000, wall_ms=2500),
    "python3": dataclasses.replace(LIMITS, time_ms=500, wall_ms=1000),
    "cpp20": dataclasses.replace(LIMITS, compile_time_ms=8000),
}

#: How much more time programs have that are not to be stopped by a limit: a busy host makes them slow, not wrong.
_LEISURE = 4

_LINE = re.compile(r"(?://|#) (?:(?P<key>[a-z_]+(?:@[a-z]+)?): )?(?P<text>.*)|(?://|#)$|# -\*- .* -\*-")
_KEYS = {
    *("covers", "expect", "reason", "answer", "checker", "each", "times", "quick"),
    *("time_ms", "memory_mib", "output_mib", "compile_ms", "most_cpu_ms", "most_memory_mib"),
}
_CHARACTERS = {"@NUL@": "\0", "@ESC@": "\x1b", "@BOM@": "\ufeff", "@RLO@": "\u202e", "@RLI@": "\u2067"}
_TIMES = re.compile(r"@TIMES (\d+) ([^@]+)@")
_BYTE = re.compile(rb"@BYTE ([0-9a-f]{2})@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile program, in one of its variants."""

    #: Its path below the folder of programs; variants have a number behind it.
    name: str
    #: Names and texts of its files, the main one first.
    files: tuple[tuple[str, str], ...]
    language: Language
    covers: tuple[str, ...]
    #: Verdicts by isolation level; under the empty name, those at all other levels.
    expects: Mapping[str, frozenset[Verdict]]
    limits: Limits
    reason: str = ""
    answer: str = "safe"
    checker: str = "tokens"
    checker_flags: tuple[str, ...] = ()
    times: int = 1
    is_quick: bool = False
    #: Which of its program's variants, counted from 0.
    number: int = 0
    most_cpu_us: int | None = None
    most_memory_bytes: int | None = None

    def expected(self, level: str) -> frozenset[Verdict]:
        return self.expects.get(level, self.expects[""])

    def source(self, places: Mapping[str, str]) -> Source:
        """The source as it is submitted, with ``places`` in place of their names."""
        return Source(
            language=self.language.id,
            files=tuple(SourceFile(name=name, content=_filled(text, places)) for name, text in self.files),
        )


def attacks(folder: Path = FOLDER) -> list[Attack]:
    """All programs of ``folder``, each in all its variants, by category and name.

    Raises:
        UsageError: there are none, or the head of one makes no sense.
    """
    if not folder.is_dir():
        raise UsageError(
            f"the hostile programs are not at {folder}: the self-test needs the checkout that judge was installed from"
        )
    found = [attack for path in sorted(_programs(folder)) for attack in _variants(folder, path)]
    if not found:
        raise UsageError(f"there are no hostile programs in {folder}")
    return found


def _programs(folder: Path) -> Iterator[Path]:
    for category in folder.iterdir():
        if category.is_dir() and not category.name.startswith("."):
            yield from (path for path in category.iterdir() if not path.name.startswith(("_", ".")))


def _variants(folder: Path, path: Path) -> Iterator[Attack]:
    name = path.relative_to(folder).as_posix()
    texts = [(file.name, file.read_text()) for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    # The main file is the first one, which is also where the head is.
    texts.sort(key=lambda item: PurePosixPath(item[0]).stem.lower() != "main")
    head = _head(name, texts[0][1])
    variants = head["each"].split() if "each" in head else [""]
    try:
        for number, variant in enumerate(variants):
            files = tuple((file, text.replace("@EACH@", variant)) for file, text in texts)
            yield _attack(f"{name}-{number}" if variant else name, number, files, head)
    except (ValueError, UnknownLanguage) as error:
        raise UsageError(f"{name}: its head makes no sense: {error}") from error


def _head(name: str, text: str) -> dict[str, str]:
    """The keys of the comment that ``text`` begins with."""
    head: dict[str, str] = {}
    for line in text.removeprefix("@BOM@").splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            break
        key = found["key"]
        if key is None:
            continue
        if key.partition("@")[0] not in _KEYS or key in head or ("@" in key and not key.startswith("expect@")):
            raise UsageError(f"{name}: unknown or repeated key {key!r} in its head")
        head[key] = found["text"].strip()
    for key in ("covers", "expect"):
        if key not in head:
            raise UsageError(f"{name}: its head says nothing of {key!r}")
    return head


def _attack(name: str, number: int, files: tuple[tuple[str, str], ...], head: dict[str, str]) -> Attack:
    """The program as its head describes it."""
    language = guess([files[0][0]])
    expects = {key.partition("@")[2]: value for key, value in head.items() if key.partition("@")[0] == "expect"}
    checker, *flags = head.get("checker", "tokens").split()
    return Attack(
        name=name,
        number=number,
        files=files,
        language=language,
        covers=tuple(head["covers"].split()),
        expects={level: frozenset(map(Verdict, words.split())) for level, words in expects.items()},
        limits=_limits(head, language, is_to_be_stopped="TLE" in " ".join(expects.values()).split()),
        reason=head.get("reason", ""),
        answer=head.get("answer", "safe"),
        checker=checker,
        checker_flags=tuple(flags),
        times=int(head.get("times", "1")),
        is_quick=head.get("quick") == "yes",
        most_cpu_us=1000 * int(head["most_cpu_ms"]) if "most_cpu_ms" in head else None,
        most_memory_bytes=MIB * int(head["most_memory_mib"]) if "most_memory_mib" in head else None,
    )


def _limits(head: dict[str, str], language: Language, *, is_to_be_stopped: bool) -> Limits:
    limits = _SLOW.get(language.id, LIMITS)
    if not is_to_be_stopped:
        limits = dataclasses.replace(limits, time_ms=_LEISURE * limits.time_ms, wall_ms=_LEISURE * limits.wall_ms)
    if "time_ms" in head:
        time_ms = int(head["time_ms"])
        limits = dataclasses.replace(limits, time_ms=time_ms, wall_ms=2 * time_ms + 300)
    if "compile_ms" in head:
        limits = dataclasses.replace(limits, compile_time_ms=int(head["compile_ms"]))
    if "memory_mib" in head:
        limits = dataclasses.replace(limits, memory_bytes=int(head["memory_mib"]) * MIB)
    if "output_mib" in head:
        limits = dataclasses.replace(limits, output_bytes=int(head["output_mib"]) * MIB)
    return limits


def _filled(text: str, places: Mapping[str, str]) -> bytes:
    for word, place in {**places, **_CHARACTERS}.items():
        text = text.replace(word, place)
    text = _TIMES.sub(lambda found: int(found[1]) * found[2].replace("\\n", "\n"), text)
    return _BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode())
