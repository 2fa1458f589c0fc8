"""The launcher's tests once more, with AddressSanitizer and UBSan in the launcher: whatever they report ends it.

Outside containers (level ``local``), where the launcher makes all its walls itself: it is the same code at each.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

import sandbox.local
from judge.errors import CellDied
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.local import LocalMaker
from sandbox.spec import RunSpec
from tests.sandbox import test_launcher
from tests.sandbox.conftest import LIMITS, Level, Prober

# Every test of theirs, and those to come, is one of this module's too, with the fixtures below.
from tests.sandbox.test_box import *  # noqa: F403
from tests.sandbox.test_launcher import *  # noqa: F403
from tests.sandbox.test_launcher_files import *  # noqa: F403
from tests.sandbox.test_launcher_talks import *  # noqa: F403

# At level `local` a box's init counts as part of the run, and a sanitizer makes it larger than these allow for.
del test_memory_is_measured, test_untouched_memory_is_free  # noqa: F821

#: That of ``test_box`` came with its tests; nothing here is shared between them.
pytestmark = pytest.mark.asyncio(loop_scope="function")

_LAUNCHER = Path(sandbox.local.__file__).parent / "launcher"
#: The exit code of a launcher that a sanitizer stopped; see ``fuzz/sanitizers.c``.
REPORTED = 86
_ADDR_NO_RANDOMIZE = 0x0040000
_ASK_PERSONALITY = 0xFFFFFFFF


@pytest.fixture(scope="module", autouse=True)
def _plain_addresses() -> Iterator[None]:
    """Older sanitizers do not find their way where a host randomises addresses by 32 bits; children inherit this."""
    personality = ctypes.CDLL(None).personality
    before = personality(_ASK_PERSONALITY)
    personality(before | _ADDR_NO_RANDOMIZE)
    yield
    personality(before)


@pytest.fixture(scope="module")
def sanitized() -> Path:
    """The launcher with the sanitizers in it."""
    return _built(_LAUNCHER)


@pytest.fixture(autouse=True)
def _takes_its_place(sanitized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every launcher that a test of this module starts is the sanitized one."""
    _put(sanitized, monkeypatch)


@pytest.fixture
def level(short_tmp: Path) -> Level:
    return Level(name="local", maker=LocalMaker(cells_dir=short_tmp), image="none")


@pytest.fixture(scope="module")
def compiled_probe(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.mktemp("probe") / "probe"
    source = Path(__file__).with_name("probe.c")
    subprocess.run(("gcc", "-O1", "-pthread", "-static", "-o", str(target), str(source)), check=True)
    return target.read_bytes()


@pytest_asyncio.fixture
async def probe(level: Level, compiled_probe: bytes) -> AsyncIterator[Prober]:
    """The probe in a cell of the test's own, whose launcher has nothing to say when it ends."""
    cell = await level.cell()
    await cell.load(bundle.pack({"probe": compiled_probe}, mode=bundle.EXECUTABLE))
    yield Prober(cell, level.name)
    await cell.close()
    process = cell._wall._process  # type: ignore[attr-defined]

    assert (await cell._stream.last_words(), process.returncode) == ("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A mistake to make in a copy of the launcher's source."""

    file: str
    right: str
    wrong: str
    #: What the report of it says.
    finding: str


PLANTS = {
    "in the launcher, of memory": Plant(
        file="bundle.c",
        right="name[name_size] = 0;",
        wrong="name[name_size] = 0;\n    char *volatile behind = name + sizeof(name);\n    *behind = 0;",
        finding="AddressSanitizer: stack-buffer-overflow",
    ),
    "in the launcher, of arithmetic": Plant(
        file="clock.c",
        right="(uint64_t)time.tv_sec * 1000000000u",
        wrong="(uint64_t)((int)time.tv_sec * 1000000000)",
        finding="runtime error: signed integer overflow",
    ),
    "in a box's init": Plant(
        file="box.c",
        right="        box->ledger->status = status;\n",
        wrong="        char *volatile behind = (char *)(&status + 1);\n        *behind = 1;\n",
        finding="AddressSanitizer: stack-buffer-overflow",
    ),
    "between vfork and exec": Plant(
        file="box.c",
        right="    signal(SIGPIPE, SIG_DFL);\n",
        wrong="    const volatile char *volatile behind = (const char *)(&no_signals + 1);\n    (void)*behind;\n",
        finding="AddressSanitizer: global-buffer-overflow",
    ),
}


@pytest.mark.parametrize("where", PLANTS)
async def test_a_planted_bug_ends_the_launcher(
    level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """In whichever process the sanitizers find something: the cell is dead, and its last words say what it was."""
    mistake = PLANTS[where]
    launcher = tmp_path / "launcher"
    shutil.copytree(_LAUNCHER, launcher, ignore=shutil.ignore_patterns("build", "corpus"))
    shutil.copy(_LAUNCHER.parent / "syscalls.list", tmp_path)
    source = launcher / mistake.file
    text = source.read_text()
    assert mistake.right in text, f"{mistake.file} has changed: plant this mistake elsewhere"
    source.write_text(text.replace(mistake.right, mistake.wrong))
    _put(_built(launcher), monkeypatch)
    cell = await level.cell()

    with pytest.raises(CellDied) as died:
        await _use(cell)
    await cell.close()

    assert mistake.finding in str(died.value)
    assert cell._wall._process.returncode == REPORTED  # type: ignore[attr-defined]


async def _use(cell: Cell) -> None:
    """Load, and run twice: a report about the end of a box may come after the run's own."""
    await cell.load(bundle.pack({"file": b"content"}))
    for _ in range(2):
        await cell.run(RunSpec(argv=("/bin/true",), limits=LIMITS))


def _put(binary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sandbox.local, test_launcher):
        monkeypatch.setattr(module, "launcher_path", lambda: binary)


def _built(launcher: Path) -> Path:
    subprocess.run(("make", "--silent", "-C", str(launcher), "sanitized"), check=True, capture_output=True, timeout=100)
    return launcher / "build" / "sanitized" / "launcher"
