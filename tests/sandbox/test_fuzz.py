"""The launcher's readers under a fuzzer: the kept corpus, a little fuzzing, and that both would find a bug."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import SandboxError
from sandbox import protocol
from sandbox.cell import Cell
from sandbox.exchange import Exchange
from sandbox.outcome import EndedBy
from sandbox.protocol import Field, Message
from sandbox.spec import RunSpec
from tests.sandbox.conftest import LIMITS

_LAUNCHER = Path(__file__).parents[2] / "sandbox" / "launcher"
_CORPUS = _LAUNCHER / "fuzz" / "corpus"
#: For each harness as many inputs as take a few seconds; `make fuzz` goes on for as long as one likes.
HARNESSES = {"request": 60_000, "stream": 150_000, "unpack": 5_000, "pack": 1_500}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A mistake to make in a copy of the launcher's source."""

    harness: str
    file: str
    right: str
    wrong: str
    #: What finding it looks like.
    finding: str


PLANTS = {
    "a field may be longer than its frame": Plant(
        harness="request",
        file="protocol.c",
        right="if (length > size - at)",
        wrong="if (length > size)",
        finding="AddressSanitizer: heap-buffer-overflow",
    ),
    "a name may begin with a dot": Plant(
        harness="request",
        file="protocol.c",
        right="*name != '.' && ",
        wrong="",
        finding="does not hold: is_request",
    ),
    "a number is put together with a sign": Plant(
        harness="request",
        file="protocol.c",
        right="(uint32_t)at[0] << 24",
        wrong="at[0] << 24",
        finding="runtime error: left shift",
    ),
    "a frame of any size is read": Plant(
        harness="stream",
        file="protocol.c",
        right="if (size == 0 || size > FRAME_BYTES)",
        wrong="if (size == 0)",
        finding="does not hold: !__asan_region_is_poisoned",
    ),
    "a read after a short one starts over": Plant(
        harness="stream",
        file="protocol.c",
        right="size - done);",
        wrong="size);",
        finding="does not hold: !__asan_region_is_poisoned",
    ),
    "a bundle's name may lead upwards": Plant(
        harness="unpack",
        file="bundle.c",
        right='length == 0 || (length <= 2 && strspn(part, ".") >= length)',
        wrong="length == 0",
        finding="errno != EXDEV",
    ),
    "a bundle's file may be overwritten": Plant(
        harness="unpack",
        file="bundle.c",
        right="O_CREAT | O_EXCL",
        wrong="O_CREAT | O_TRUNC",
        finding="does not hold",
    ),
    "links are followed": Plant(
        harness="pack",
        file="bundle.c",
        right="flags | O_CLOEXEC,\n"
        "        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,",
        wrong="(flags | O_CLOEXEC) & ~(uint64_t)O_NOFOLLOW,\n        .resolve = 0,",
        finding="does not hold",
    ),
    "special files are taken for regular ones": Plant(
        harness="pack",
        file="bundle.c",
        right="!S_ISREG(stat->st_mode)",
        wrong="!stat->st_mode",
        finding="does not hold",
    ),
}


@pytest.fixture(scope="module")
def harnesses() -> Path:
    """The launcher's folder, with the harnesses built."""
    _make(_LAUNCHER, "fuzz")
    return _LAUNCHER


@pytest.mark.parametrize("harness", HARNESSES)
def test_the_corpus_finds_nothing(harnesses: Path, harness: str) -> None:
    """No input that was ever worth keeping makes a reader touch what it may not, or differ from the specification."""
    code, said = _run(harnesses, harness, "-runs=0")

    assert code == 0, said
    # One more: libFuzzer begins with an empty input.
    assert f"Done {len(list((_CORPUS / harness).iterdir())) + 1} runs" in said


@pytest.mark.parametrize(("harness", "runs"), HARNESSES.items())
def test_a_little_fuzzing_finds_nothing(harnesses: Path, harness: str, runs: int) -> None:
    """As many new inputs, the same ones each time, do no harm either."""
    code, said = _run(harnesses, harness, f"-runs={runs}", "-seed=1", "-max_total_time=100")

    assert code == 0, said
    assert f"Done {runs} runs" in said


@pytest.mark.parametrize("plant", PLANTS)
def test_the_corpus_finds_a_planted_bug(tmp_path: Path, plant: str) -> None:
    """Harness and corpus together notice a mistake of each kind that they are there for."""
    mistake = PLANTS[plant]
    launcher = tmp_path / "launcher"
    shutil.copytree(_LAUNCHER, launcher, ignore=shutil.ignore_patterns("build"))
    source = launcher / mistake.file
    text = source.read_text()
    assert mistake.right in text, f"{mistake.file} has changed: plant this mistake elsewhere"
    source.write_text(text.replace(mistake.right, mistake.wrong))
    _make(launcher, f"build/fuzz/{mistake.harness}")
    code, said = _run(launcher, mistake.harness, "-runs=0")

    assert code != 0
    assert mistake.finding in said
    assert list((launcher / "build" / "fuzz" / "found").iterdir())


def test_the_corpus_is_small() -> None:
    """It is part of the repository: a few inputs for each way through the code, not all that were ever made."""
    sizes = [path.stat().st_size for path in _CORPUS.rglob("*") if path.is_file()]

    assert len(sizes) < 200
    assert sum(sizes) < 200_000


class _Liar:
    """The stream of a launcher that was taken over, and the wall around it: says what it likes."""

    def __init__(self, said: bytes, piece_bytes: int) -> None:
        self._pieces = [said[at : at + piece_bytes] for at in range(0, len(said), piece_bytes)][::-1]

    async def send(self, data: bytes) -> None:
        """Not listened to."""

    async def receive(self) -> bytes:
        return self._pieces.pop() if self._pieces else b""

    def is_quiet(self) -> bool:
        return True

    async def last_words(self) -> str:
        return ""

    async def set_memory(self, limit_bytes: int) -> None:
        """Not there."""

    def reset_peak(self) -> bool:
        return True

    def peak_bytes(self) -> int | None:
        return None

    async def ran_out_of_memory(self) -> bool:
        return False

    async def tear_down(self) -> bool:
        return True


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def _fielded(start: bytes, fields: Iterable[tuple[int, bytes]]) -> bytes:
    return start + b"".join(bytes([tag]) + len(data).to_bytes(4, "big") + data for tag, data in fields)


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def _numbers(first: int, last: int) -> dict[int, bytes]:
    """Every number that a message may have, of the tags that are its own."""
    others = {Field.TEXT, Field.STDERR_TEXT, *(tag for pair in _PAIRS for tag in pair)}
    return {tag: _number(1) for tag in Field if first <= tag <= last and tag not in others}


#: Fields that are something together only.
_PAIRS = ((Field.FILE_NAME, Field.FILE_DATA), (Field.DENIED_CALL, Field.DENIED_TIMES))
_HELLO = _fielded(b"H", {**_numbers(1, 9), Field.VERSION: _number(protocol.VERSION)}.items())
_REPORT = _fielded(b"r", _numbers(40, 99).items())
_HONEST = [_HELLO, b"D", _REPORT]

_NUMBERS = st.integers(0, 2**64 - 1).map(_number)
_DATA = _NUMBERS | st.binary()
_FIELDS = st.tuples(st.sampled_from(Field), _DATA).map(lambda field: (field,)) | st.tuples(
    st.sampled_from(_PAIRS), st.text().map(str.encode) | st.binary(), _DATA
).map(lambda pair: ((pair[0][0], pair[1]), (pair[0][1], pair[2])))
_STARTS = st.just(_REPORT) | st.sampled_from([bytes([message]) for message in Message])
_FRAMES = st.builds(
    lambda start, fields: _framed(_fielded(start, itertools.chain(*fields))), _STARTS, st.lists(_FIELDS, max_size=4)
)


async def test_an_honest_launcher_is_believed(short_tmp: Path) -> None:
    """What the lies below begin with is what the host expects: they are not all refused at the first word."""
    async with asyncio.timeout(10):
        liar = _Liar(b"".join(map(_framed, _HONEST)), 1000)
        cell = Cell(name="honest", stream=liar, wall=liar, exchange=Exchange(short_tmp / secrets.token_hex(8)))
        await cell.greet()
        await cell.load(b"")
        outcome = await cell.run(RunSpec(argv=("program",), limits=LIMITS))
        await cell.close()

    assert outcome.signal == 1


# Files are made and removed for each: how long that takes is the machine's affair.
@settings(max_examples=300, deadline=None)
@given(
    honest=st.sampled_from([[], _HONEST[:1], *[_HONEST[:2]] * 4]),
    said=st.lists(_FRAMES, max_size=4).map(b"".join) | st.binary(),
    piece_bytes=st.integers(1, 300),
)
def test_a_lying_launcher_is_found_out(short_tmp: Path, honest: list[bytes], said: bytes, piece_bytes: int) -> None:
    """Whatever comes from a launcher, the host has an outcome, or an error of the sandbox's and of no other kind."""
    liar = _Liar(b"".join(map(_framed, honest)) + said, piece_bytes)
    exchange = Exchange(short_tmp / f"liar-{secrets.token_hex(8)}")
    cell = Cell(name="liar", stream=liar, wall=liar, exchange=exchange)

    async def use() -> None:
        await cell.greet()
        await cell.load(b"")
        while True:
            outcome = await cell.run(RunSpec(argv=("program",), limits=LIMITS))
            assert outcome.cpu_us >= 0 and outcome.memory_bytes >= 0 and outcome.ended_by in EndedBy

    try:
        # The stream ends, and with it the cell.
        with pytest.raises(SandboxError):
            asyncio.run(use())
    finally:
        exchange.remove()


def _make(launcher: Path, target: str) -> None:
    subprocess.run(("make", "--silent", "-C", str(launcher), target), check=True, capture_output=True, timeout=100)


def _run(launcher: Path, harness: str, *options: str) -> tuple[int, str]:
    """Exit code and words of a harness run over its corpus."""
    script = launcher / "fuzz" / "run.sh"
    ended = subprocess.run((script, harness, *options), capture_output=True, check=False, timeout=110)
    return ended.returncode, (ended.stdout + ended.stderr).decode(errors="replace")
