"""The box's system-call filter, instruction by instruction, against the list that it is made from."""

from __future__ import annotations

import errno
import itertools
import json
import platform
import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from sandbox import seccomp

LAUNCHER = Path(seccomp.__file__).parent / "launcher"
NATIVE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[platform.machine()]
ALLOW, ERRNO, NOTIFY = 0x7FFF0000, 0x00050000, 0x7FC00000
EPERM, ENOSYS, ENOTTY, EAFNOSUPPORT = (
    ERRNO | number for number in (errno.EPERM, errno.ENOSYS, errno.ENOTTY, errno.EAFNOSUPPORT)
)
BY_ARGUMENT = {
    "clone",
    "socket",
    "socketpair",
    "personality",
    "prctl",
    "ioctl",
    "fcntl",
    "mmap",
    "memfd_create",
    "setsockopt",
}
NEW_NAMESPACES = {
    "user": 0x10000000,
    "pid": 0x20000000,
    "mount": 0x00020000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "net": 0x40000000,
    "cgroup": 0x02000000,
}

Instruction = tuple[int, int, int, int]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[Instruction]:
    """The filter as the launcher makes it on this machine."""
    subprocess.run(["make", "-s", "-C", str(LAUNCHER)], check=True, timeout=120)
    printer = tmp_path_factory.mktemp("filter") / "print"
    source = Path(__file__).with_name("filter.c")
    compile_it = ["gcc", "-std=c11", f"-I{LAUNCHER}", f"-I{LAUNCHER / 'build'}", "-o", str(printer), str(source)]
    subprocess.run(compile_it, check=True, timeout=60)
    written = subprocess.run([str(printer)], check=True, capture_output=True, timeout=10).stdout
    return list(struct.iter_unpack("=HBBI", written))


@pytest.fixture(scope="module")
def numbers() -> dict[str, int]:
    """This machine's system calls."""
    defines = subprocess.run(
        ["gcc", "-dM", "-E", "-include", "sys/syscall.h", "-"],
        input="",
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    ).stdout
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", defines)}


def answer(program: Sequence[Instruction], number: int, *arguments: int, arch: int = NATIVE) -> int:
    """What the kernel's interpreter would make of a call (Linux, networking/filter.rst)."""
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, arch, 0, *(*arguments, *[0] * 6)[:6])
    loaded = at = 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        match code:
            case 0x20:
                (loaded,) = struct.unpack_from("=I", data, operand)
            case 0x15:
                at += if_true if loaded == operand else if_false
            case 0x35:
                at += if_true if loaded >= operand else if_false
            case 0x45:
                at += if_true if loaded & operand else if_false
            case 0x05:
                at += operand
            case 0x06:
                return operand
            case _:
                raise AssertionError(f"instruction {code:#x}")


def test_each_number_is_answered_as_listed(program: list[Instruction], numbers: dict[str, int]) -> None:
    """Allowed, refused or reported as the list says; what is not in it does not exist."""
    wanted = {"allow": ALLOW, "refuse": EPERM, "alarm": NOTIFY}
    listed = {
        numbers[name]: wanted[verb]
        for verb in wanted
        for name in seccomp.calls(verb)
        if name in numbers and name not in BY_ARGUMENT
    }
    asked = set(range(1500)) - {numbers[name] for name in BY_ARGUMENT if name in numbers}

    assert {number: answer(program, number) for number in asked} == {
        number: listed.get(number, ENOSYS) for number in asked
    }


@pytest.mark.parametrize("number", [0x40000000, 0x40000001, 0x7FFFFFFF, 0xFFFFFFFF])
def test_numbers_of_x32_do_not_exist(program: list[Instruction], number: int) -> None:
    """The x32 entry point marks its numbers with a bit, under which nothing is listed."""
    assert answer(program, number) == ENOSYS


@pytest.mark.parametrize("arch", [0x40000003, 0x40000028, 0xC0000016, 0])
def test_other_architectures_have_no_calls(program: list[Instruction], arch: int) -> None:
    """32-bit and foreign entry points, whose numbers mean other calls, are shut for every number."""
    assert {answer(program, number, arch=arch) for number in range(600)} == {ENOSYS}


@pytest.mark.parametrize("namespace", NEW_NAMESPACES)
def test_no_clone_into_a_namespace(program: list[Instruction], numbers: dict[str, int], namespace: str) -> None:
    """Threads and children are fine; with any flag of a new namespace among them they are evidence."""
    threads, child = 0x003D0F00, 17

    assert answer(program, numbers["clone"], threads) == ALLOW
    assert answer(program, numbers["clone"], child) == ALLOW
    for flags in (threads, child, 0):
        assert answer(program, numbers["clone"], flags | NEW_NAMESPACES[namespace]) == NOTIFY


def test_only_unix_sockets(program: list[Instruction], numbers: dict[str, int]) -> None:
    """Of all families of sockets one is there; asking for an unusual one is evidence."""
    expected = dict.fromkeys(range(64), NOTIFY) | {1: ALLOW} | dict.fromkeys((2, 10, 16), EAFNOSUPPORT)

    assert {family: answer(program, numbers["socket"], family) for family in range(64)} == expected
    assert answer(program, numbers["socketpair"], 1) == ALLOW
    assert answer(program, numbers["socketpair"], 2) == EAFNOSUPPORT


def test_upper_halves_change_nothing(program: list[Instruction], numbers: dict[str, int]) -> None:
    """What the kernel ignores of an argument, the filter ignores too: no call is hidden behind it."""
    high = 1 << 32

    assert answer(program, numbers["clone"], high | NEW_NAMESPACES["user"]) == NOTIFY
    assert answer(program, numbers["socket"], high | 40) == NOTIFY
    assert answer(program, numbers["ioctl"], 0, high | 0x5412) == NOTIFY
    assert answer(program, numbers["fcntl"], 0, high | 6) == EPERM


def test_no_huge_pages(program: list[Instruction], numbers: dict[str, int]) -> None:
    """Memory may be mapped in any way but from the huge pages that a host has put aside, which no limit counts."""
    private, anonymous, huge, size_2_mib = 0x02, 0x20, 0x40000, 21 << 26

    assert answer(program, numbers["mmap"], 0, 4096, 3, private | anonymous) == ALLOW
    assert answer(program, numbers["mmap"], 0, 4096, 3, private | anonymous | huge) == EPERM
    assert answer(program, numbers["mmap"], 0, 4096, 3, private | anonymous | huge | size_2_mib) == EPERM
    assert answer(program, numbers["memfd_create"], 0, 3) == ALLOW
    assert answer(program, numbers["memfd_create"], 0, 4) == EPERM


def test_no_filters_for_sockets(program: list[Instruction], numbers: dict[str, int]) -> None:
    """Of a socket's options (socket(7)) those are refused that have the kernel compile a program."""
    options = {option: answer(program, numbers["setsockopt"], 3, 1, option) for option in range(100)}

    assert options == dict.fromkeys(range(100), ALLOW) | dict.fromkeys((26, 50, 51, 52), EPERM)


def test_no_locks_and_no_leases(program: list[Instruction], numbers: dict[str, int]) -> None:
    """Of fcntl's commands those that other holders of the same file could notice are refused (fcntl(2))."""
    locks = {"GETLK": 5, "SETLK": 6, "SETLKW": 7, "OFD_GETLK": 36, "OFD_SETLK": 37, "OFD_SETLKW": 38}
    leases = {"SETLEASE": 1024, "GETLEASE": 1025, "NOTIFY": 1026}
    harmless = {"DUPFD": 0, "GETFD": 1, "SETFD": 2, "GETFL": 3, "SETFL": 4, "DUPFD_CLOEXEC": 1030, "SETPIPE_SZ": 1031}

    for command in itertools.chain(locks.values(), leases.values()):
        assert answer(program, numbers["fcntl"], 0, command) == EPERM
    for command in harmless.values():
        assert answer(program, numbers["fcntl"], 0, command) == ALLOW
    assert answer(program, numbers["flock"]) == ENOSYS


def test_terminals_and_personalities(program: list[Instruction], numbers: dict[str, int]) -> None:
    """Nothing types into a terminal; no address-space layout but the ordinary one."""
    tcgets, tiocsti, tioclinux, fibmap = 0x5401, 0x5412, 0x541C, 1

    assert answer(program, numbers["ioctl"], 0, tcgets) == ALLOW
    assert answer(program, numbers["ioctl"], 0, tiocsti) == NOTIFY
    assert answer(program, numbers["ioctl"], 0, tioclinux) == NOTIFY
    assert answer(program, numbers["ioctl"], 0, fibmap) == ENOTTY
    assert answer(program, numbers["personality"], 0xFFFFFFFF) == ALLOW
    assert answer(program, numbers["personality"], 0x0040000) == EPERM
    assert answer(program, numbers["prctl"], 22) == EPERM  # PR_SET_SECCOMP


def test_the_cell_allows_what_boxes_may(numbers: dict[str, int]) -> None:
    """Docker's profile is no narrower than the box's, and what raises the alarm is refused by it without hiding it."""
    profile = seccomp.docker_profile()
    needed = set(seccomp.calls("launcher"))

    for name in (*seccomp.calls("allow"), *needed):
        assert f'"{name}"' in profile
    alarming = [name for name in seccomp.calls("alarm") if name in numbers and name not in needed]
    assert alarming
    for rule in json.loads(profile)["syscalls"]:
        assert rule["action"] == ("SCMP_ACT_TRACE" if set(rule["names"]) & set(alarming) else "SCMP_ACT_ALLOW")
        assert rule["comment"]
