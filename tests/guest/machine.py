"""A virtual machine in software, with a kernel of its own, in which the judge's code makes real cells."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.cell import Facts
from sandbox.outcome import EndedBy, Outcome
from tests.guest import cpio, disk

ROOT = Path(__file__).parents[2]
#: Booting, the Docker engine's start included, takes about half a minute on an idle core.
BOOT_DEADLINE_S = 240
ANSWER_DEADLINE_S = 120
MEMORY_MIB = 1024

_HERE = Path(__file__).parent
_PROBE = ROOT / "tests" / "sandbox" / "probe.c"
_KERNEL_OPTIONS = "console=ttyS0 quiet panic=-1 mitigations=off lsm=landlock,lockdown,yama,apparmor,bpf"
_LIMITS = {"cpu_ms": 2000, "wall_ms": 20_000, "memory_bytes": 64 << 20, "output_bytes": 1 << 20, "processes": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A cell as the guest's root sees it."""

    #: The launcher's.
    pid: int
    #: AppArmor's.
    profile: str
    #: The control group's path, and the content of its files by name.
    path: str
    files: dict[str, str]


class Guest:
    """A booted machine whose agent answers."""

    def __init__(self, port: socket.socket, console: Path) -> None:
        self._port = port.makefile("rwb")
        self._console = console
        self.facts = Facts()

    def await_ready(self) -> None:
        assert self._reply() == "ready"

    def make_cell(self) -> None:
        """Replace the cell by a new one; ``facts`` then is what its launcher found."""
        self.facts = Facts(**self._ask("make_cell"))

    def run(self, *words: object, **limits: int) -> tuple[Outcome, str]:
        """The outcome of ``probe words…`` in the cell, and its output."""
        value = self._ask("run", words=[str(word) for word in words], limits=_LIMITS | limits)
        outcome = value["outcome"]
        outcome["ended_by"] = EndedBy(outcome["ended_by"])
        outcome["stderr"] = outcome["stderr"].encode()
        return Outcome(**outcome), value["output"]

    def inspect(self) -> Inspected:
        """The cell, as it is now."""
        return Inspected(**self._ask("inspect"))

    def execute(self, *argv: str, text: str = "") -> tuple[int, str]:
        """Exit code and all output of a program of the guest's, run as its root."""
        value = self._ask("execute", argv=argv, text=text)
        return value["exit_code"], value["output"] + value["errors"]

    def _ask(self, verb: str, **arguments: object) -> Any:
        self._port.write(json.dumps({"verb": verb, "arguments": arguments}).encode() + b"\n")
        self._port.flush()
        return self._reply()

    def _reply(self) -> Any:
        try:
            line = self._port.readline()
        except TimeoutError:
            line = b""
        assert line, (
            f"the guest does not answer; its console ends with:\n{self._console.read_text(errors='replace')[-5000:]}"
        )
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]


@contextmanager
def booted(folder: Path) -> Iterator[Guest]:
    """A running guest, which is gone at exit. ``folder`` takes its ramdisk, its second disk and its console's log."""
    made = disk.ensure()
    ramdisk, scratch, swap, console = (folder / name for name in ("ramdisk", "scratch.img", "swap.img", "console.log"))
    ramdisk.write_bytes(cpio.packed(_ramdisk_files(made, folder)))
    disk.make_ext4(scratch, mib=1024)
    with swap.open("wb") as file:
        file.truncate(512 << 20)
    console.touch()
    ours, theirs = socket.socketpair()
    argv = _qemu(made, ramdisk, (scratch, swap), console, theirs.fileno())
    with ours, theirs, subprocess.Popen(argv, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL) as process:
        theirs.close()
        try:
            ours.settimeout(BOOT_DEADLINE_S)
            guest = Guest(ours, console)
            guest.await_ready()
            ours.settimeout(ANSWER_DEADLINE_S)
            yield guest
        finally:
            process.kill()


def _qemu(made: disk.Disk, ramdisk: Path, disks: tuple[Path, ...], console: Path, port_fd: int) -> tuple[str, ...]:
    emulator = shutil.which("qemu-system-x86_64")
    assert emulator, "the guest needs an emulator: run `make setup`, or `sudo apt-get install qemu-system-x86`"
    drives = [f"file={made.image},format=raw,if=virtio,readonly=on"]
    drives += [f"file={path},format=raw,if=virtio,cache=unsafe" for path in disks]
    return (
        *("setpriv", "--pdeathsig", "KILL", "--", emulator),
        *("-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", str(MEMORY_MIB)),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", f"file:{console}"),
        *("-kernel", str(made.kernel), "-initrd", str(ramdisk), "-append", _KERNEL_OPTIONS),
        *(word for drive in drives for word in ("-drive", drive)),
        *("-chardev", f"socket,id=agent,fd={port_fd}", "-device", "virtio-serial-pci"),
        *("-device", "virtserialport,chardev=agent,name=agent"),
    )


def _ramdisk_files(made: disk.Disk, folder: Path) -> dict[str, Path]:
    """What the guest needs beside its disk: how to get at it, this checkout's code, the launcher, and the probe."""
    probe = folder / "probe"
    subprocess.run(["gcc", "-O1", "-pthread", "-static", "-o", probe, _PROBE], check=True)
    files = {f"modules/{module.name}": module for module in made.modules}
    files |= {"init": _HERE / "inside" / "init", "bin/busybox": made.busybox, "checkout/probe": probe}
    names = ("judge/**/*.py", "sandbox/*", "sandbox/launcher/build/launcher", "tests/__init__.py", "tests/guest/**/*")
    paths = (path for name in names for path in sorted(ROOT.glob(name)) if path.is_file())
    return files | {f"checkout/{path.relative_to(ROOT)}": path for path in paths if path.suffix != ".pyc"}
