"""The launcher as a process, spoken to byte by byte: what it says, what it refuses, and that it never hangs."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox import bundle, protocol
from sandbox.cell import launcher_path
from sandbox.exchange import Exchange
from sandbox.local import SYSTEM_PATHS, USERS, LocalMaker
from sandbox.protocol import Field, Message, Names, Reply
from sandbox.spec import RunLimits, RunSpec
from tests.sandbox.conftest import COMPILE, CORE, MIB

#: Far more than anything here takes; a launcher that needs longer hangs.
DEADLINE_S = 20
#: The exit code of a launcher that cannot go on.
BROKEN = 70

LIMITS = RunLimits(cpu_ms=1000, wall_ms=2000, memory_bytes=64 * MIB, output_bytes=1000, processes=16)

#: Of launchers that no maker makes.
UID = USERS[-1] if os.geteuid() == 0 else None


class Launcher:
    """A launcher at level ``local`` with nothing between it and the test."""

    def __init__(self, process: asyncio.subprocess.Process, exchange: Exchange) -> None:
        assert process.stdin and process.stdout and process.stderr
        self.process = process
        self.exchange = exchange
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr

    async def reply(self) -> Reply:
        """Its next message."""
        async with asyncio.timeout(DEADLINE_S):
            size = int.from_bytes(await self.stdout.readexactly(4), "big")
            return protocol.parse(await self.stdout.readexactly(size))

    async def ask(self, request: bytes) -> Reply:
        self.stdin.write(request)
        return await self.reply()

    async def end(self) -> tuple[int, str]:
        """Its exit code and last words, once it has ended by itself."""
        async with asyncio.timeout(DEADLINE_S):
            words = await self.stderr.read()
            return await self.process.wait(), words.decode()

    async def is_usable(self) -> bool:
        """Whether a run still comes to its end."""
        report = await self.ask(run("/bin/true"))
        return report.message is Message.REPORT and report.numbers[Field.EXIT_CODE] == 0


@pytest_asyncio.fixture
async def launcher(short_tmp: Path) -> AsyncIterator[Launcher]:
    """A launcher that has said hello."""
    maker = LocalMaker(cells_dir=short_tmp)
    exchange = Exchange(short_tmp / f"raw-{random.getrandbits(64):x}")
    process = await maker._start(exchange, core=CORE, shows_data=False, uid=UID)
    started = Launcher(process, exchange)
    hello = await started.reply()
    assert hello.message is Message.HELLO
    yield started
    if process.returncode is None:
        process.kill()
    await process.wait()
    # Its pipes are let go of before the loop is.
    process._transport.close()  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    exchange.remove()


def run(*argv: str, stdout: str = "stdout", is_work_writable: bool = False, feedback: tuple[str, ...] = ()) -> bytes:
    """A request to run something."""
    limits = COMPILE if is_work_writable else LIMITS
    spec = RunSpec(argv=argv, limits=limits, is_work_writable=is_work_writable, feedback=feedback)
    return protocol.run(spec, Names(stdout=stdout))


def field(tag: int, data: bytes) -> bytes:
    return bytes([tag]) + len(data).to_bytes(4, "big") + data


def number(tag: int, value: int) -> bytes:
    return field(tag, value.to_bytes(8, "big"))


def frame(kind: bytes, *fields: bytes) -> bytes:
    body = kind + b"".join(fields)
    return len(body).to_bytes(4, "big") + body


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


# Talks; those between two launchers are in test_interaction.py.

TALK = protocol.run(RunSpec(argv=("/bin/cat",), limits=LIMITS), Names(stdin_pipe="in", stdout_pipe="out"))


def _pipes(launcher: Launcher) -> tuple[int, int]:
    """The host's reading and writing ends of what the program writes and reads."""
    inward = launcher.exchange.make_pipe("in")
    outward = launcher.exchange.outward / "out"
    os.mkfifo(outward)
    outward.chmod(0o666)
    reader = os.open(outward, os.O_RDONLY | os.O_NONBLOCK)
    return reader, os.open(inward, os.O_RDWR | os.O_NONBLOCK)


async def _opened(launcher: Launcher) -> tuple[int, int]:
    ends = _pipes(launcher)
    assert (await launcher.ask(TALK)).message is Message.OPENED
    return ends


async def test_a_stopped_talk(launcher: Launcher) -> None:
    """A stop ends a talking run: it says so, and when it left by the host's own clock."""
    begun_ns = time.monotonic_ns()
    reader, writer = await _opened(launcher)
    report = await launcher.ask(protocol.stop())
    os.close(reader)
    os.close(writer)

    assert report.numbers[Field.ENDED_BY] == 5
    assert report.numbers[Field.SIGNAL] == 9
    assert begun_ns < report.numbers[Field.LEFT_AT_NS] < time.monotonic_ns()
    assert await launcher.is_usable()


async def test_a_talk_ends_by_itself(launcher: Launcher) -> None:
    """A program whose other side closed comes to the end of its input; what it wrote can be read all the same."""
    reader, writer = await _opened(launcher)
    os.write(writer, b"said and echoed\n")
    os.close(writer)
    report = await launcher.reply()
    said = os.read(reader, 100)
    os.close(reader)

    assert report.numbers[Field.EXIT_CODE] == 0
    assert report.numbers[Field.STDOUT_BYTES] == 0
    assert said == b"said and echoed\n"


async def test_any_other_message_during_a_talk_ends_the_launcher(launcher: Launcher) -> None:
    """While a run talks the host has nothing to ask for."""
    reader, writer = await _opened(launcher)
    launcher.stdin.write(protocol.load("bundle"))
    code, said = await launcher.end()
    os.close(reader)
    os.close(writer)

    assert code == BROKEN
    assert "during a run" in said


async def test_a_host_that_goes_away_ends_a_talk(launcher: Launcher) -> None:
    """As for any other run."""
    reader, writer = await _opened(launcher)
    launcher.stdin.close()
    code, said = await launcher.end()
    os.close(reader)
    os.close(writer)

    assert code == BROKEN
    assert "host went away" in said


@pytest.mark.parametrize("what", ["nothing there", "a file", "a link to a pipe", "nobody to read"])
async def test_pipes_that_cannot_be_opened(launcher: Launcher, what: str) -> None:
    """The launcher opens FIFOs that the host has open, and nothing else; and never waits for anybody to do so."""
    inward, outward = launcher.exchange.inward, launcher.exchange.outward
    if what != "nothing there":
        launcher.exchange.make_pipe("in")
    if what == "a file":
        (outward / "out").write_bytes(b"")
    elif what == "a link to a pipe":
        (outward / "out").symlink_to(inward / "in")
    elif what == "nobody to read":
        os.mkfifo(outward / "out")
    refused = await launcher.ask(TALK)

    assert refused.message is Message.REFUSED
    assert b"input or output" in refused.texts[Field.TEXT]
    assert await launcher.is_usable()


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


# Bundles.


def packed(name: bytes, content: bytes, *, mode: int = 0o644, size: int | None = None) -> bytes:
    """One file of a bundle, with whatever name, and a size that may be a lie."""
    length = len(content) if size is None else size
    return len(name).to_bytes(4, "big") + mode.to_bytes(4, "big") + length.to_bytes(8, "big") + name + content


def _joined(parts: Iterable[bytes]) -> bytes:
    return b"".join(parts)


DAMAGED = {
    "header cut": packed(b"a", b"x")[:10],
    "name cut": packed(b"abcdef", b"")[:18],
    "content cut": packed(b"a", b"xyz")[:-1],
    "second file cut": packed(b"a", b"xyz") + packed(b"b", b"xyz")[:-1],
    "size of 16 EiB": packed(b"a", b"xyz", size=2**64 - 1),
    "size of 8 EiB": packed(b"a", b"xyz", size=2**63),
    "name of 4 GiB": b"\xff\xff\xff\xff" + packed(b"a", b"x")[4:],
    "empty name": packed(b"", b"x"),
    "zero byte in a name": packed(b"a\0b", b"x"),
    "parent": packed(b"..", b"x"),
    "current": packed(b".", b"x"),
    "out of /work": packed(b"../a", b"x"),
    "out of a folder": packed(b"a/../../b", b"x"),
    "absolute": packed(b"/tmp/a", b"x"),
    "empty component": packed(b"a//b", b"x"),
    "folder only": packed(b"a/", b"x"),
    "name twice": packed(b"a", b"1") + packed(b"a", b"2"),
    "file as a folder": packed(b"a", b"1") + packed(b"a/b", b"2"),
    "folder as a file": packed(b"a/b", b"1") + packed(b"a", b"2"),
    "more files than /work has room for": _joined(packed(b"%d" % n, b"") for n in range(20_000)),
}


@pytest.mark.parametrize("damage", DAMAGED)
async def test_damaged_bundles_are_refused(launcher: Launcher, damage: str) -> None:
    """A bundle that is cut, lies, or names anything outside /work is refused; the next one is unpacked."""
    launcher.exchange.put("bundle", DAMAGED[damage])
    refused = await launcher.ask(protocol.load("bundle"))

    assert refused.message is Message.REFUSED
    launcher.exchange.put("bundle", bundle.pack({"a": b"whole"}))
    assert (await launcher.ask(protocol.load("bundle"))).message is Message.DONE
    assert (await launcher.ask(protocol.save("saved", 1000))).message is Message.DONE
    assert launcher.exchange.take("saved", 1000) == bundle.pack({"a": b"whole"})


async def test_a_bundle_that_is_a_link_is_not_followed(launcher: Launcher, tmp_path: Path) -> None:
    """Even where the host's own folder holds a link, nothing is read through it."""
    (tmp_path / "elsewhere").write_bytes(bundle.pack({"a": b"x"}))
    tmp_path.chmod(0o755)
    (launcher.exchange.inward / "bundle").symlink_to(tmp_path / "elsewhere")

    assert (await launcher.ask(protocol.load("bundle"))).message is Message.REFUSED


async def test_saving_stops_at_the_size_asked_for(launcher: Launcher) -> None:
    """What is larger than the host wants to take is refused; what is exactly as large is not."""
    launcher.exchange.put("bundle", bundle.pack({"a": b"x" * 600, "b": b"x" * 400}))
    assert (await launcher.ask(protocol.load("bundle"))).message is Message.DONE

    assert (await launcher.ask(protocol.save("saved", 999))).message is Message.REFUSED
    assert (await launcher.ask(protocol.save("saved", 1000))).message is Message.DONE


async def test_loading_forgets_what_was_there(launcher: Launcher) -> None:
    """Each program comes into an empty /work."""
    for name in ("first", "second"):
        launcher.exchange.put("bundle", bundle.pack({name: b"x"}))
        assert (await launcher.ask(protocol.load("bundle"))).message is Message.DONE
    assert (await launcher.ask(protocol.save("saved", 1000))).message is Message.DONE

    assert launcher.exchange.take("saved", 1000) == bundle.pack({"second": b"x"})


# Feedback.


async def test_feedback_files_are_capped(launcher: Launcher) -> None:
    """Of the files asked for each is brought up to a size, whatever was written; those not asked for stay."""
    script = "head -c 10M /dev/zero > /feedback/large; echo x > /feedback/small; echo x > /feedback/other"
    report = await launcher.ask(run("/bin/sh", "-c", script, feedback=("large", "small", "missing")))

    assert {name: len(content) for name, content in report.files.items()} == {"large": 128 * 1024, "small": 2}


async def test_feedback_is_plain_files_only(launcher: Launcher) -> None:
    """Links, pipes and folders by the names of feedback files are passed over, and nothing waits for them."""
    script = "ln -s /etc/passwd /feedback/link; mkfifo /feedback/fifo; mkdir /feedback/folder; echo x > /feedback/plain"
    report = await launcher.ask(run("/bin/sh", "-c", script, feedback=("link", "fifo", "folder", "plain")))

    assert report.files == {"plain": b"x\n"}


async def test_feedback_is_bounded_and_fresh(launcher: Launcher) -> None:
    """/feedback has a size of its own, is empty at the start of each run, and is not there for runs without it."""
    filled = await launcher.ask(run("/bin/sh", "-c", "cat /dev/zero > /feedback/zeros", feedback=("zeros",)))
    script = "ls -A /feedback > /tmp/list; wc -l < /tmp/list > /feedback/count"
    listed = await launcher.ask(run("/bin/sh", "-c", script, feedback=("count",)))
    without = await launcher.ask(run("/bin/sh", "-c", "echo x > /feedback/file"))

    assert filled.numbers[Field.EXIT_CODE] != 0 or filled.numbers[Field.ENDED_BY] != 0
    assert listed.files == {"count": b"0\n"}
    assert without.numbers[Field.EXIT_CODE] != 0


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
