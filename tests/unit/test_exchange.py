"""The exchange directory: what is shown can be read, and what is taken is taken with care."""

from __future__ import annotations

import io
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.errors import CellDied
from sandbox.exchange import Exchange


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    """An exchange directory made by somebody who lets nobody read their files."""
    before = os.umask(0o077)
    exchange = Exchange(tmp_path / "cell")
    yield exchange
    os.umask(before)
    exchange.remove()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_cell_gets_in(exchange: Exchange) -> None:
    """Other users of the host cannot pass, the cell's can read ``in`` and write ``out``; whatever the umask."""
    assert (_mode(exchange.path), _mode(exchange.inward), _mode(exchange.outward)) == (0o700, 0o755, 0o777)


def test_what_is_shown_can_be_read(exchange: Exchange, tmp_path: Path) -> None:
    """The cell's user can read every file shown to it, also those that only their owner may."""
    secret = tmp_path / "secret.in"
    secret.write_bytes(b"linked or copied")
    exchange.put("put", b"put")
    exchange.show("path", secret)
    exchange.show("open", io.BytesIO(b"open"))

    for name, content in (("put", b"put"), ("path", b"linked or copied"), ("open", b"open")):
        assert _mode(exchange.inward / name) & 0o044 == 0o044
        assert (exchange.inward / name).read_bytes() == content
    assert _mode(secret) == 0o600


def test_large_files_are_not_copied(exchange: Exchange, tmp_path: Path) -> None:
    """A file that everybody may read is linked to, which takes no time whatever its size."""
    public = tmp_path / "public.in"
    public.write_bytes(b"x")
    public.chmod(0o444)
    exchange.show("path", public)

    assert (exchange.inward / "path").samefile(public)


def test_an_open_file_is_shown_from_where_it_stands(exchange: Exchange) -> None:
    """Of a file read in part the rest is shown."""
    file = io.BytesIO(b"read|rest")
    file.read(5)
    exchange.show("open", file)

    assert (exchange.inward / "open").read_bytes() == b"rest"


def test_showing_replaces(exchange: Exchange, tmp_path: Path) -> None:
    """What was shown under a name before is neither left nor written through to its source."""
    first = tmp_path / "first"
    first.write_bytes(b"first")
    first.chmod(0o644)
    exchange.show("name", first)
    exchange.show("name", io.BytesIO(b"second"))

    assert (exchange.inward / "name").read_bytes() == b"second"
    assert first.read_bytes() == b"first"


def test_hiding(exchange: Exchange) -> None:
    """What is hidden is gone; hiding what is not there is no error."""
    exchange.put("name", b"x")
    exchange.hide("name")
    exchange.hide("name")

    assert list(exchange.inward.iterdir()) == []


def test_taking(exchange: Exchange) -> None:
    """A regular file up to the size is taken whole; what is larger is not the launcher's work."""
    (exchange.outward / "name").write_bytes(b"12345")

    assert exchange.take("name", 5) == b"12345"
    with pytest.raises(CellDied, match="larger than 4 bytes"):
        exchange.take("name", 4)
    exchange.drop("name")
    with pytest.raises(CellDied, match="No such file"):
        exchange.take("name", 5)


@pytest.mark.parametrize("what", ["link", "link outside", "link to the terminal", "fifo", "folder", "socket", "device"])
def test_only_regular_files_are_taken(exchange: Exchange, tmp_path: Path, what: str) -> None:
    """Whatever a program that broke out may leave instead of a file is refused at once."""
    name = exchange.outward / "name"
    (tmp_path / "secret").write_bytes(b"secret")
    (exchange.outward / "other").write_bytes(b"other")
    with socket.socket(socket.AF_UNIX) as listener:
        if what == "link":
            name.symlink_to("other")
        elif what == "link outside":
            name.symlink_to(tmp_path / "secret")
        elif what == "link to the terminal":
            name.symlink_to("/proc/self/fd/0")
        elif what == "fifo":
            os.mkfifo(name)
        elif what == "folder":
            name.mkdir()
        elif what == "socket":
            listener.bind(str(name))
        elif os.geteuid() == 0:
            os.mknod(name, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        else:
            pytest.skip("only root can make a device")
        with pytest.raises(CellDied):
            exchange.take("name", 1000)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "folder/../../secret", "link/passwd"])
def test_nothing_outside_is_taken(exchange: Exchange, tmp_path: Path, name: str) -> None:
    """No name leads out of the folder, also not through a link on its way."""
    (exchange.path / "secret").write_bytes(b"secret")
    (exchange.outward / "folder").mkdir()
    (exchange.outward / "link").symlink_to("/etc")
    with pytest.raises(CellDied):
        exchange.take(name, 1_000_000)


def test_removing_follows_no_links(exchange: Exchange, tmp_path: Path) -> None:
    """What a link points to outlives the exchange directory."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"x")
    (exchange.outward / "link").symlink_to(outside)
    exchange.remove()

    assert not exchange.path.exists()
    assert (outside / "file").read_bytes() == b"x"
