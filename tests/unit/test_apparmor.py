"""The AppArmor profile of a cell, as the parser that is installed here understands it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox import apparmor

PARSER = shutil.which("apparmor_parser", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
ABI = Path("/etc/apparmor.d/abi")

needs_parser = pytest.mark.skipif(PARSER is None, reason="apparmor_parser is not installed: run `make setup`")
needs_parser_4 = pytest.mark.skipif(not apparmor.parser_has_userns(), reason="this apparmor_parser is older than 4.0")
VARIANTS = [False, pytest.param(True, marks=needs_parser_4)]

# Flags of mount(2), by their bits.
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, NOSYMFOLLOW = 1, 2, 4, 8, 32, 256
BIND, REC, PRIVATE = 4096, 16384, 1 << 18

#: Every kind of mount that ``root.c`` and ``box.c`` make; a type only where a file system is made.
NEEDED = {
    "a tmpfs for the root": ("tmpfs", NOSUID | NODEV),
    "a tmpfs for /work and /tmp": ("tmpfs", NOSUID | NODEV | NOSYMFOLLOW),
    "a box's /proc": ("proc", RDONLY | NOSUID | NODEV | NOEXEC),
    "nothing goes back to the host": ("", REC | PRIVATE),
    "a folder of the image": ("", BIND | REC),
    "a device": ("", BIND),
    "a folder read-only": ("", REMOUNT | BIND | RDONLY | NOSUID | NODEV),
    "/data read-only": ("", REMOUNT | BIND | RDONLY | NOSUID | NODEV | NOEXEC),
    "a device without programs": ("", REMOUNT | BIND | NOSUID | NOEXEC),
    "/work writable": ("", REMOUNT | BIND | NOSUID | NODEV | NOSYMFOLLOW),
    "/work read-only": ("", REMOUNT | BIND | RDONLY | NOSUID | NODEV | NOSYMFOLLOW),
}
#: What a user namespace may mount beside tmpfs and proc, as far as the kernel is concerned.
REFUSED = ("overlay", "sysfs", "fuse", "fuse.sshfs", "bpf", "cgroup2", "devpts", "mqueue", "ramfs", "binfmt_misc")


def parse(text: str, *arguments: str, abi: str) -> str:
    """What the parser says of ``text``, for a kernel with everything that this ABI describes."""
    assert PARSER is not None
    said = subprocess.run(
        [PARSER, "-Q", "-K", "--skip-kernel-load", "-M", ABI / abi, *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stderr + said.stdout


class Mounting:
    """The rules about mounts that the parser made of a profile: what the kernel would decide by."""

    def __init__(self, *, has_userns: bool) -> None:
        abi = "4.0" if has_userns else "3.0"
        said = parse(apparmor.profile(has_userns=has_userns), "-D", "rule-exprs", abi=abi)
        rules = re.findall(r"^rule: (\\x07\S*)  ->  .*?( deny)?(?: \(0x)", said, re.MULTILINE)
        # The parser's patterns are written in a language that Python's own contains. Those of mounts have four fields.
        self.rules = [(re.compile(pattern), bool(deny)) for pattern, deny in rules if _fields(pattern) == 4]

    def allows(self, fstype: str, flags: int) -> bool:
        """Whether the kernel would allow it: rules see mount point, source, type, and each flag as a character."""
        bits = "".join(chr(bit + 1) for bit in range(32) if flags & 1 << bit)
        asked = f"\x07/tmp/\0none\0{fstype}\0{bits}"
        matching = [is_refusal for rule, is_refusal in self.rules if rule.fullmatch(asked)]
        return bool(matching) and not any(matching)


def _fields(pattern: str) -> int:
    return re.sub(r"\[[^\]]*\]", "", pattern).count(r"\x00") + 1


@needs_parser
@pytest.mark.parametrize("has_userns", VARIANTS)
def test_the_profile_is_understood(*, has_userns: bool) -> None:
    """The parser takes it without complaint, in the variant for its version."""
    text = apparmor.profile(has_userns=has_userns)

    said = parse(text, abi="4.0" if has_userns else "3.0")

    assert "error" not in said.lower()
    assert f"profile {apparmor.NAME} " in text


@needs_parser
@pytest.mark.parametrize("has_userns", VARIANTS)
@pytest.mark.parametrize("what", NEEDED)
def test_what_the_launcher_mounts_is_allowed(what: str, *, has_userns: bool) -> None:
    """No mount of the launcher's or a box's is refused: a cell under the profile would not start."""
    assert Mounting(has_userns=has_userns).allows(*NEEDED[what])


@needs_parser
@pytest.mark.parametrize("has_userns", VARIANTS)
@pytest.mark.parametrize("fstype", REFUSED)
def test_no_other_file_system_is_mounted(fstype: str, *, has_userns: bool) -> None:
    """A cell that was taken over gets at no more of the kernel by mounting it."""
    assert not Mounting(has_userns=has_userns).allows(fstype, NOSUID | NODEV)


@pytest.mark.parametrize("has_userns", [False, True])
def test_nothing_but_what_boxes_take_is_allowed(*, has_userns: bool) -> None:
    """One capability, one family of sockets, no tracing, no change of profile, and no program that leaves it."""
    rules = [line.strip() for line in apparmor.profile(has_userns=has_userns).splitlines()]
    allowed = [rule for rule in rules if rule and not rule.startswith(("#", "deny", "abi", "profile", "}"))]

    assert [rule for rule in allowed if rule.startswith("capability")] == ["capability sys_admin,"]
    assert [rule for rule in allowed if rule.startswith("network")] == ["network unix,"]
    assert [rule for rule in allowed if "trace" in rule] == [f"ptrace (read, readby) peer={apparmor.NAME},"]
    assert not any(rule.startswith(("change_profile", "dbus", "io_uring", "all", "file")) for rule in allowed)
    assert not re.search(r"[pPcCuU]x", " ".join(rule for rule in allowed if rule.startswith("/")))
    assert ("userns," in allowed) is has_userns


def test_nothing_is_loaded_where_the_kernel_has_no_apparmor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cells are then made without a profile, and people are told."""
    monkeypatch.setattr(apparmor, "_ENABLED", tmp_path / "enabled")

    assert apparmor.load() is None
    assert "without AppArmor" in (apparmor.trouble() or "")


class Host:
    """A host whose kernel has AppArmor, with a parser of the test's."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.enabled, self.restricted = folder / "enabled", folder / "restricted"
        self.loaded, self.abi = folder / "profiles", folder / "abi-4.0"
        self.enabled.write_text("Y\n")
        monkeypatch.setattr(apparmor, "_ENABLED", self.enabled)
        monkeypatch.setattr(apparmor, "_RESTRICTED", self.restricted)
        monkeypatch.setattr(apparmor, "_LOADED", self.loaded)
        monkeypatch.setattr(apparmor, "_ABI_4", self.abi)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def install(self, script: str) -> None:
        """Put a parser there that does what ``script`` says."""
        parser = self.folder / "apparmor_parser"
        parser.write_text(f"#!/bin/sh\ncd {self.folder}\n{script}\n")
        parser.chmod(0o755)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(tmp_path, monkeypatch)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root loads profiles")
def test_the_profile_is_loaded_and_named(host: Host) -> None:
    """The parser gets the very profile, in the variant it knows, and Docker the name it was loaded under."""
    host.install('cat > given; echo "$@" > arguments')
    assert apparmor.load() == "judge-cell"
    assert (host.folder / "given").read_text() == apparmor.profile(has_userns=False)
    assert "--replace" in (host.folder / "arguments").read_text()

    host.abi.touch()
    assert apparmor.load() == "judge-cell"
    assert (host.folder / "given").read_text() == apparmor.profile(has_userns=True)
    assert apparmor.trouble() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root loads profiles")
def test_a_parser_that_refuses_is_quoted(host: Host) -> None:
    """A cell is not given a profile that is not there; what is there from before is used."""
    host.install("echo syntax of tomorrow >&2; exit 1")

    assert apparmor.load() is None
    assert "syntax of tomorrow" in (apparmor.trouble() or "")

    host.loaded.write_text("docker-default (enforce)\njudge-cell (enforce)\n")
    assert apparmor.load() == "judge-cell"


def test_ubuntus_restriction_needs_a_parser_that_can_lift_it(host: Host) -> None:
    """Where user namespaces need a profile's leave and the parser cannot give it, that is said."""
    host.install("cat > given")
    host.loaded.write_text("judge-cell (enforce)\n")
    host.restricted.write_text("1\n")
    assert "too old" in (apparmor.trouble() or "")

    host.abi.touch()
    assert apparmor.trouble() is None
