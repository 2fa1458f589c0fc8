"""The launcher as a process, spoken to byte by byte: what it says, what it refuses, and that it never hangs."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from sandbox import protocol
from sandbox.cell import launcher_path
from sandbox.exchange import Exchange
from sandbox.local import SYSTEM_PATHS, LocalMaker
from sandbox.protocol import Field, Message, Names
from sandbox.spec import RunSpec
from tests.sandbox import launchers
from tests.sandbox.conftest import CORE, MIB
from tests.sandbox.launchers import BROKEN, DEADLINE_S, LIMITS, UID, Launcher, field, frame, number, run

launcher = launchers.launcher

#: All that a run has to have.
NEEDED = (
    field(20, b"/bin/true"),
    field(23, b"stdout"),
    *(number(tag, 1000) for tag in (30, 31)),
    number(32, 64 * MIB),
    *(number(tag, 1000) for tag in (33, 34)),
    number(35, 16),
    number(36, MIB),
)
MALFORMED = {
    "no body": (b"\0\0\0\0", "a frame of 0 bytes"),
    "too long": (b"\xff\xff\xff\xff", "a frame of 4294967295 bytes"),
    "a byte too long": ((MIB + 1).to_bytes(4, "big"), "a frame of 1048577 bytes"),
    "unknown message": (frame(b"?"), "unknown kind of message"),
    "message of its own": (frame(b"H"), "unknown kind of message"),
    "truncated field header": (frame(b"L", b"\x0a\0\0"), "truncated field"),
    "truncated field": (frame(b"L", field(10, b"name")[:-1]), "field longer than its frame"),
    "field of 4 GiB": (frame(b"L", b"\x0a\xff\xff\xff\xff"), "field longer than its frame"),
    "unknown field": (frame(b"L", field(10, b"name"), field(99, b"x")), "unknown field"),
    "short number": (frame(b"S", field(10, b"name"), field(11, b"\0\0\0\1")), "not 8 bytes long"),
    "long number": (frame(b"S", field(10, b"name"), field(11, b"\0" * 9)), "not 8 bytes long"),
    "zero byte in a text": (frame(b"R", field(20, b"/bin/true\0x"), *NEEDED), "a zero byte"),
    "path in a name": (frame(b"L", field(10, b"../name")), "not a plain file name"),
    "absolute path in a name": (frame(b"L", field(10, b"/etc/passwd")), "not a plain file name"),
    "hidden name": (frame(b"L", field(10, b".name")), "not a plain file name"),
    "empty name": (frame(b"L", field(10, b"")), "not a plain file name"),
    "long name": (frame(b"L", field(10, b"n" * 64)), "not a plain file name"),
    "path in the name of the output": (frame(b"R", *NEEDED, field(23, b"../stdout")), "not a plain file name"),
    "path in the name of a feedback file": (frame(b"R", *NEEDED, field(25, b"a/b")), "not a plain file name"),
    "load of nothing": (frame(b"L"), "LOAD without a name"),
    "save without a size": (frame(b"S", field(10, b"name")), "SAVE without name and size"),
    "run of nothing": (frame(b"R", *NEEDED[1:]), "RUN without program"),
    "run without an output": (frame(b"R", NEEDED[0], *NEEDED[2:]), "RUN without program or output"),
    "run without a time limit": (frame(b"R", *NEEDED[:2], *NEEDED[3:]), "RUN without its limits"),
    "run without a memory limit": (frame(b"R", *NEEDED[:4], *NEEDED[5:]), "RUN without its limits"),
    "run for a year": (frame(b"R", *NEEDED, number(31, 365 * 86_400_000)), "out of range"),
    "run with endless standard error": (frame(b"R", *NEEDED, number(34, 2**63)), "out of range"),
    "5000 arguments": (frame(b"R", *NEEDED, *[field(20, b"x")] * 5000), "too many words"),
    "5000 variables": (frame(b"R", *NEEDED, *[field(21, b"x=y")] * 5000), "too many words"),
    "one pipe": (frame(b"R", *NEEDED, field(26, b"pipe")), "RUN with one pipe only"),
    "path in the name of a pipe": (frame(b"R", *NEEDED, field(27, b"../pipe")), "not a plain file name"),
    "path in the name of a link": (frame(b"R", *NEEDED, field(37, b"a/b")), "not a plain file name"),
    "path in the name of a bundle of feedback": (frame(b"R", *NEEDED, field(29, b"a/b")), "not a plain file name"),
    "stop with a field": (frame(b"X", field(10, b"name")), "STOP with fields"),
    "9 feedback files": (frame(b"R", *NEEDED, *[field(25, b"file")] * 9), "too many words"),
}


async def test_hello(short_tmp: Path) -> None:
    """The first message tells the protocol's version, and that no control group accounts for a local cell."""
    exchange = Exchange(short_tmp / f"raw-{random.getrandbits(64):x}")
    process = await LocalMaker(cells_dir=short_tmp)._start(exchange, core=CORE, shows_data=False, uid=UID)
    hello = await Launcher(process, exchange).reply()
    assert process.stdin
    process.stdin.close()
    await process.wait()
    exchange.remove()

    assert hello.message is Message.HELLO
    assert hello.number(Field.VERSION) == protocol.VERSION
    assert hello.number(Field.CGROUP) == 0
    assert hello.number(Field.BOUNDED) == 0


async def test_the_frame_these_tests_build_on_is_good(launcher: Launcher) -> None:
    """What the malformed frames below are made from is a request that the launcher carries out."""
    report = await launcher.ask(frame(b"R", *NEEDED))

    assert (report.message, report.numbers[Field.EXIT_CODE]) == (Message.REPORT, 0)


@pytest.mark.parametrize("what", MALFORMED)
async def test_malformed_requests_end_the_launcher(launcher: Launcher, what: str) -> None:
    """Whatever is not of the protocol ends the launcher at once, which says what was wrong."""
    request, words = MALFORMED[what]
    launcher.stdin.write(request)
    code, said = await launcher.end()

    assert code == BROKEN
    assert said.startswith("launcher: ")
    assert words in said


@pytest.mark.parametrize("cut", [1, 4, 5, 30])
async def test_a_stream_that_ends_within_a_frame(launcher: Launcher, cut: int) -> None:
    """Half a request is not carried out."""
    launcher.stdin.write(frame(b"R", *NEEDED)[:cut])
    launcher.stdin.close()
    code, said = await launcher.end()

    assert code == BROKEN
    assert "within a frame" in said


@pytest.mark.parametrize("seed", range(25))
async def test_damaged_requests_never_hang(launcher: Launcher, seed: int) -> None:
    """A request with bytes changed is answered, or ends the launcher with a message; both within its limits."""
    chance = random.Random(seed)
    request = bytearray(frame(b"R", *NEEDED, field(21, b"A=B"), field(25, b"file"), number(24, 0)))
    for _ in range(chance.randint(1, 4)):
        request[chance.randrange(4, len(request))] = chance.randrange(256)
    launcher.stdin.write(bytes(request))
    launcher.stdin.write_eof()
    code, said = await launcher.end()

    assert code in (0, BROKEN)
    assert (said == "") == (code == 0), said


async def test_end_of_input_ends_the_launcher(launcher: Launcher) -> None:
    """A host that goes away between runs leaves nothing behind."""
    assert await launcher.is_usable()
    launcher.stdin.close()

    assert await launcher.end() == (0, "")


async def test_end_of_input_ends_a_run(launcher: Launcher) -> None:
    """A host that goes away in the middle of a run takes the run with it."""
    marker = f"{random.getrandbits(32)}"
    launcher.stdin.write(run("/bin/sh", "-c", f"while :; do :; done # {marker}"))
    async with asyncio.timeout(DEADLINE_S):
        while not _processes(marker):
            await asyncio.sleep(0.01)
    launcher.stdin.close()
    code, said = await launcher.end()

    assert code == BROKEN
    assert "host went away" in said
    assert _processes(marker) == []


async def test_killing_the_process_we_see_ends_a_run(launcher: Launcher) -> None:
    """SIGKILL for the outermost process, which cannot be caught, ends all within as well."""
    marker = f"{random.getrandbits(32)}"
    launcher.stdin.write(run("/bin/sh", "-c", f"while :; do :; done # {marker}"))
    async with asyncio.timeout(DEADLINE_S):
        while not _processes(marker):
            await asyncio.sleep(0.01)
        launcher.process.send_signal(signal.SIGKILL)
        while _processes(marker):
            await asyncio.sleep(0.01)


async def test_a_box_that_is_killed_while_it_waits(launcher: Launcher) -> None:
    """A host that is short of memory kills what waits for a run first of all: the next run gets another box."""
    assert await launcher.is_usable()
    (cell,) = _children(launcher.process.pid)
    for _ in range(2):
        async with asyncio.timeout(DEADLINE_S):
            while not (waiting := [box for box in _children(cell) if "S" in _state(box)]):
                await asyncio.sleep(0.01)
            os.kill(waiting[0], signal.SIGKILL)
            while "Z" not in _state(waiting[0]):
                await asyncio.sleep(0.01)

        assert await launcher.is_usable()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _state(box: int) -> str:
    """The state of a box's init that is behind its filter. That of a run that was reported never sleeps again."""
    try:
        status = Path(f"/proc/{box}/status").read_text()
    except OSError:
        return ""
    return status.split("State:\t")[1].split()[0] if "Seccomp:\t2" in status else ""


REFUSED = {
    "bundle that is not there": protocol.load("missing"),
    "input that is not there": protocol.run(
        RunSpec(argv=("/bin/true",), limits=LIMITS), Names(stdin="missing", stdout="out")
    ),
    "output that is a folder": run("/bin/true", stdout="folder"),
    "output that is a link": run("/bin/true", stdout="link"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_refused_request_leaves_it_usable(launcher: Launcher, what: str) -> None:
    """What cannot be done is refused with a text, and the next request is carried out."""
    (launcher.exchange.outward / "folder").mkdir()
    (launcher.exchange.outward / "link").symlink_to("/tmp/elsewhere")
    refused = await launcher.ask(REFUSED[what])

    assert refused.message is Message.REFUSED
    assert refused.texts[Field.TEXT]
    assert await launcher.is_usable()


async def test_requests_are_answered_in_order(launcher: Launcher) -> None:
    """Requests sent without waiting are carried out one after the other."""
    launcher.stdin.write(run("/bin/true") + run("/bin/false") + protocol.load("missing") + run("/bin/true"))
    replies = [await launcher.reply() for _ in range(4)]

    assert [reply.numbers.get(Field.EXIT_CODE) for reply in replies] == [0, 1, None, 0]


async def test_a_stop_too_late_means_nothing(launcher: Launcher) -> None:
    """A run that ended just before it was to be stopped is reported once, and the next request is carried out."""
    launcher.stdin.write(protocol.stop())
    assert await launcher.is_usable()
    launcher.stdin.write(run("/bin/true") + protocol.stop() + run("/bin/false"))
    replies = [await launcher.reply() for _ in range(2)]

    assert [reply.numbers.get(Field.EXIT_CODE) for reply in replies] == [0, 1]


async def _ended(*words: str, user: int | None = None) -> tuple[int, str]:
    """Exit code and last words of a launcher started with these arguments."""
    process = await asyncio.create_subprocess_exec(
        launcher_path(),
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    async with asyncio.timeout(DEADLINE_S):
        _, said = await process.communicate()
        return await process.wait(), said.decode()


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root to see root refused")
async def test_refuses_to_run_as_root(tmp_path: Path) -> None:
    """A launcher that is root on the host makes no boxes: whoever left one would be root."""
    code, said = await _ended(str(tmp_path), str(tmp_path), *SYSTEM_PATHS)

    assert code == BROKEN
    assert "refusing to run as root" in said


@pytest.mark.parametrize(
    "words", [(), ("in",), ("in", "out"), ("--core",), ("--unknown", "in"), ("--data", "--core", "0")]
)
async def test_arguments_that_are_not_enough(words: tuple[str, ...]) -> None:
    """Without exchange directories and system paths the launcher explains itself and ends."""
    code, said = await _ended(*words)

    assert code == BROKEN
    assert "usage: launcher" in said


async def test_folders_that_are_not_there() -> None:
    """An exchange directory that cannot be opened is named."""
    code, said = await _ended("/nowhere/in", "/nowhere/out", "/usr", user=UID)

    assert code == BROKEN
    assert "/nowhere/in" in said


def _processes(marker: str) -> list[int]:
    """Processes started with ``marker`` among their arguments."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            if path.name.isdigit() and marker.encode() in (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found
