"""The launcher as a process: the files that it is given, and those that it hands out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from sandbox import bundle, protocol
from sandbox.protocol import Field, Message
from tests.sandbox import launchers
from tests.sandbox.launchers import Launcher, run

launcher = launchers.launcher


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
