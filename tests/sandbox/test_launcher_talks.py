"""The launcher as a process: talks, and how they end; those between two launchers are in test_interaction.py."""

from __future__ import annotations

import os
import time

import pytest

from sandbox import protocol
from sandbox.protocol import Field, Message, Names
from sandbox.spec import RunSpec
from tests.sandbox import launchers
from tests.sandbox.launchers import BROKEN, LIMITS, Launcher

launcher = launchers.launcher

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
