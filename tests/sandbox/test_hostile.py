"""Hostile submissions, judged like any other: each program of ``hostile/`` says in its head what may come of it.

    expect: verdicts that are right                    each: variants, put in place of @EACH@
    reason: how the run's reason has to begin          answer: the right output, in place of "safe"
    time_ms, memory_mib, compile_ms: in place of the usual limits

A program that tries something forbidden prints "safe" where everything was refused, and what it found otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
import pytest_asyncio

from judge.errors import Refused
from judge.models import MIB, Judged, Limits, Source, SourceFile
from judge.verdicts import Verdict
from problems.package import Package
from sandbox import container, local
from sandbox.cell import Cell
from sandbox.container import ContainerMaker
from sandbox.local import LocalMaker
from sandbox.outcome import EndedBy, Outcome
from sandbox.spec import RunSpec
from tests.sandbox.conftest import COMPILE, LIMITS, Level
from tests.sandbox.judgings import Court, court_at, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOLDER = Path(__file__).with_name("hostile")
SECRET = "canary-c0ffee-do-not-tell"
HELLO = {"c": '#include <stdio.h>\nint main(void) { puts("safe"); }\n', "py": 'print("safe")\n'}
STRICT = Limits(
    time_ms=500,
    wall_ms=1000,
    memory_bytes=128 * MIB,
    output_bytes=MIB,
    compile_time_ms=4000,
    compile_memory_bytes=512 * MIB,
    processes=32,
)
#: A virtual machine takes more than our other languages only to start.
JAVA = dataclasses.replace(STRICT, time_ms=2500, wall_ms=5000, compile_time_ms=20_000, compile_memory_bytes=1024 * MIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile program, in one of its variants."""

    file: Path
    text: str
    head: dict[str, str]
    #: Which of its variants, counted from 0.
    number: int

    @property
    def expected(self) -> set[Verdict]:
        return {Verdict(word) for word in self.head["expect"].split()}

    @property
    def limits(self) -> Limits:
        limits = JAVA if self.file.suffix == ".java" else STRICT
        if "time_ms" in self.head:
            time_ms = int(self.head["time_ms"])
            limits = dataclasses.replace(limits, time_ms=time_ms, wall_ms=2 * time_ms)
        if "compile_ms" in self.head:
            limits = dataclasses.replace(limits, compile_time_ms=int(self.head["compile_ms"]))
        if "memory_mib" in self.head:
            limits = dataclasses.replace(limits, memory_bytes=int(self.head["memory_mib"]) * MIB)
        return limits

    def source(self, places: dict[str, str]) -> Source:
        text = self.text
        for word, place in places.items():
            text = text.replace(word, place)
        return program(text, self.file.name)


def _attacks() -> Iterator[object]:
    for file in sorted(FOLDER.iterdir()):
        text = file.read_text()
        head = dict(
            re.findall(
                r"^(?://|#) (expect|each|reason|answer|time_ms|memory_mib|compile_ms): (.+)$", text, re.MULTILINE
            )
        )
        variants = head["each"].split() if "each" in head else [""]
        for number, variant in enumerate(variants):
            name = f"{file.name}-{number}" if variant else file.name
            yield pytest.param(
                Attack(file=file, text=text.replace("@EACH@", variant), head=head, number=number), id=name
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a program must not reach, and what the host looked like before."""

    places: dict[str, str]
    mounts: set[str]
    available_bytes: int
    cores_before: set[Path]


@pytest.fixture(scope="module")
def host(short_tmp: Path) -> Iterator[Host]:
    """A secret in a file that everybody on this machine may read, and a socket that everybody may connect to."""
    canary = short_tmp / "canary"
    canary.write_text(f"{SECRET}\n")
    name = f"judge-canary-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen()
        yield Host(
            places={"@CANARY@": str(canary), "@CANARY_SOCKET@": f"\\0{name}", "@CELLS@": str(short_tmp)},
            mounts=_mounts(),
            available_bytes=_available_bytes(),
            cores_before=_cores(),
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def court(level: Level, image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Court]:
    """A court whose cells are told apart from all others on this machine."""
    cells_dir = short_tmp / f"hostile-{level.name}"
    cells_dir.mkdir()
    maker: LocalMaker | ContainerMaker = LocalMaker(cells_dir=cells_dir)
    if level.name == "container":
        maker = ContainerMaker(cells_dir=cells_dir, host=f"hostile-{os.getpid()}")
    async with court_at(dataclasses.replace(level, maker=maker), image_names, short_tmp) as court:
        yield court


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """Two test cases whose answer is "safe"."""
    return _package(tmp_path_factory.mktemp("package"), "safe")


@pytest.mark.parametrize("attack", list(_attacks()))
async def test_attack(court: Court, host: Host, package: Package, tmp_path: Path, attack: Attack) -> None:
    """A hostile program gets a verdict it deserves, learns nothing, and the next one in its slot is judged as ever."""
    if "answer" in attack.head:
        package = _package(tmp_path, attack.head["answer"])
    judged = await court.judge(package, attack.source(host.places), limits=attack.limits)

    assert judged.verdict in attack.expected, judged
    reason = attack.head.get("reason", "")
    assert all(run.reason.startswith(reason) for run in judged.runs), judged
    _check_words(judged)
    if attack.number == 0:
        await _check_next(
            court, package, "py" if attack.file.suffix == ".py" else "c", attack.head.get("answer", "safe")
        )


async def test_notes_do_not_reach_the_next_submission(court: Court, host: Host, package: Package) -> None:
    """What a submission left, no later one in the same slot finds, although it looks in the same places."""
    source = program((FOLDER / "leave_notes.c").read_text(), "leave_notes.c")
    for _ in range(2):
        judged = await court.judge(package, source, limits=STRICT)

        assert judged.verdict is Verdict.AC, judged


@pytest.mark.parametrize("depth", [100, 100_000], ids=["parser", "stack"])
async def test_deeply_nested_python(court: Court, package: Package, depth: int) -> None:
    """Source that is too much for Python's own compiler is a compile error or runs, and never ours."""
    source = program(f"x = {'(' * depth}1{')' * depth}\ny = {'-' * depth}1\nprint('safe')\n", "deep.py")
    judged = await court.judge(package, source, limits=STRICT)

    assert judged.verdict in (Verdict.CE, Verdict.AC, Verdict.RTE), judged
    assert depth == 100 or judged.verdict is Verdict.CE


async def test_python_module_names_do_not_change_the_compiler(court: Court, package: Package) -> None:
    """Files called like the modules that compiling takes are a submission's own affair."""
    files = {"main.py": HELLO["py"]} | dict.fromkeys(
        ("py_compile.py", "sitecustomize.py", "importlib.py"), "raise OSError\n"
    )
    source = Source(
        language="python3", files=tuple(SourceFile(name=name, content=text.encode()) for name, text in files.items())
    )
    judged = await court.judge(package, source, limits=STRICT)

    assert judged.verdict in (Verdict.AC, Verdict.RTE), judged
    assert judged.compilation.is_ok


async def test_a_giant_token_takes_bounded_memory(court: Court, package: Package) -> None:
    """An output of 64 MB without a blank is compared without holding it: our own process hardly grows."""
    text = "#include <stdio.h>\nint main(void) { for (int i = 0; i < 64 << 20; i++) putchar(120); }\n"
    limits = dataclasses.replace(STRICT, time_ms=5000, wall_ms=10_000, output_bytes=80 * MIB, memory_bytes=32 * MIB)
    Path("/proc/self/clear_refs").write_text("5")
    before = _own_bytes("VmRSS")
    judged = await court.judge(package, program(text, "giant.c"), limits=limits)

    assert judged.verdict is Verdict.WA, judged
    assert _own_bytes("VmHWM") - before < 32 * MIB
    _check_words(judged)


async def test_output_larger_than_memory(court: Court, tmp_path: Path) -> None:
    """What a program prints is not held against its memory limit, nor against the cell's."""
    text = "import sys\nfor _ in range(96): sys.stdout.write('\\n' * (1 << 20))\nprint('safe')\n"
    limits = dataclasses.replace(STRICT, time_ms=3000, wall_ms=8000, output_bytes=100 * MIB, memory_bytes=32 * MIB)
    judged = await court.judge(_package(tmp_path, "safe"), program(text, "prints.py"), limits=limits)

    assert judged.verdict is Verdict.AC, judged


async def test_input_larger_than_memory(court: Court, tmp_path: Path) -> None:
    """A program may read an input larger than its memory limit, which is neither held against it nor stuck."""
    package = echo_package(
        tmp_path,
        {"data/sample/1.in": b"x" * (64 * MIB), "data/sample/1.ans": "67108864\n", "data/secret/1.ans": "4\n"},
    )
    text = "import sys\nn = 0\nwhile block := sys.stdin.buffer.read(65536): n += len(block)\nprint(n)\n"
    limits = dataclasses.replace(STRICT, time_ms=3000, wall_ms=8000, memory_bytes=32 * MIB)
    for is_cold in (True, False):
        if is_cold:
            _drop_from_cache(package.path / "data/sample/1.in")
        judged = await court.judge(package, program(text, "reads.py"), limits=limits)

        assert judged.verdict is Verdict.AC, judged


# What a compiler may leave in /work: made by a script, since no compiler of ours can be talked into it.

MISCHIEF = {
    "symbolic link": "ln -s /etc/passwd program",
    "link to a folder": "ln -s / all",
    "link to itself": "ln -s program program",
    "fifo": "mkfifo program",
    "socket": "/usr/bin/perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(\"program\"))'",
    "device": "mknod program b 8 0 || mknod program c 1 5",
    "unreadable": "echo x > program; chmod 0 program",
    "unreadable folder": "mkdir folder; echo x > folder/program; chmod 0 folder",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workshop(level: Level) -> AsyncIterator[Cell]:
    """A cell to make mischief in; /work is made anew for each test."""
    cell = await level.cell()
    yield cell
    await cell.close()


@pytest.mark.parametrize("mischief", MISCHIEF)
async def test_only_plain_files_leave_a_cell(workshop: Cell, mischief: str) -> None:
    """Of links, pipes, sockets and devices beside a program none gets out, and nothing is read through them."""
    await _make(workshop, f"echo kept > plain; {MISCHIEF[mischief]}")
    saved = _unpacked(await workshop.save())

    assert saved.pop("plain") == (0o644, b"kept\n")
    assert set(saved) <= {"program", "folder/program"}
    assert all(content == b"x\n" for _, content in saved.values())


async def test_modes_are_cut_down(workshop: Cell) -> None:
    """Neither set-user-id nor write permission for others survives: a file is executable or it is not."""
    await _make(workshop, "echo x > a; chmod 6777 a; echo x > b; chmod 0666 b; ln a c")

    assert {name: mode for name, (mode, _) in _unpacked(await workshop.save()).items()} == {
        "a": 0o755,
        "b": 0o644,
        "c": 0o755,
    }


@pytest.mark.parametrize(
    "script",
    [
        "i=0; while [ $i -lt 9000 ]; do : > $i; i=$((i + 1)); done",
        "i=0; while [ $i -lt 40 ]; do mkdir d; cd d; i=$((i + 1)); done; echo x > deep",
        "i=0; while [ $i -lt 9 ]; do truncate -s 100M large$i; i=$((i + 1)); done",
        "n=$(printf '%0250d' 0); mkdir $n $n/$n $n/$n/$n $n/$n/$n/$n; echo x > $n/$n/$n/$n/$n",
    ],
    ids=["too many", "too deep", "too large", "too long"],
)
async def test_a_program_has_bounds(workshop: Cell, script: str) -> None:
    """A tree that no compiler would make is refused at once, and the cell goes on."""
    await _make(workshop, script)
    begun = time.monotonic()
    with pytest.raises(Refused):
        await workshop.save()

    assert time.monotonic() - begun < 5
    await _make(workshop, "echo x > plain")
    assert set(_unpacked(await workshop.save())) == {"plain"}


async def test_work_is_bounded(workshop: Cell) -> None:
    """Neither bytes nor names without end fit into /work."""
    limits = dataclasses.replace(COMPILE, memory_bytes=1024 * MIB)
    await workshop.load(b"")
    outcome = await workshop.run(
        RunSpec(argv=("/bin/sh", "-c", "cat /dev/zero > zeros"), env=PATH, is_work_writable=True, limits=limits)
    )

    assert (outcome.ended_by, outcome.exit_code) == (EndedBy.ITSELF, 1)
    assert b"No space left" in outcome.stderr


async def test_no_core_is_written(workshop: Cell) -> None:
    """A limit of one byte on core dumps keeps the kernel from writing one, and from starting a program that would."""
    outcome, output = await _say(workshop, "ulimit -S -c; ulimit -H -c; cat /proc/self/limits")

    limits = next(line for line in output.splitlines() if line.startswith("Max core file size"))
    assert outcome.exit_code == 0
    assert limits.split()[4:6] == ["1", "1"]


async def test_nothing_is_left(court: Court, host: Host) -> None:
    """After all that, and the end of the last cell, the host is as it was: processes, containers, mounts, memory."""
    await court.pool.close()
    users = _users(court)

    assert _processes_of(users) == []
    if court.level.name == "container":
        label = f"{container.LABEL}=hostile-{os.getpid()}"
        with contextlib.closing(docker.from_env()) as client:
            assert client.containers.list(all=True, filters={"label": label}) == []
    maker = court.level.maker
    assert isinstance(maker, LocalMaker | ContainerMaker)
    assert list(maker._cells_dir.iterdir()) == []
    assert _cores() == host.cores_before
    assert {line for line in _mounts() - host.mounts if "judge-tests" in line} == set()
    await _until_available(host.available_bytes - 512 * MIB)


PATH = {"PATH": "/usr/bin:/bin"}


async def _make(cell: Cell, script: str) -> Outcome:
    """Run a shell script in an empty, writable /work."""
    await cell.load(b"")
    return await cell.run(RunSpec(argv=("/bin/sh", "-c", script), env=PATH, is_work_writable=True, limits=COMPILE))


async def _say(cell: Cell, script: str) -> tuple[Outcome, str]:
    """Run a shell script like a submission; its outcome and output."""
    await cell.load(b"")
    outcome = await cell.run(RunSpec(argv=("/bin/sh", "-c", script), env=PATH, limits=LIMITS))
    with cell.open_stdout() as stdout:
        return outcome, stdout.read().decode()


def _unpacked(packed: bytes) -> dict[str, tuple[int, bytes]]:
    """Mode and content of each file of a bundle, by name."""
    files = {}
    at = 0
    while at < len(packed):
        name_size, mode = (int.from_bytes(packed[i : i + 4], "big") for i in (at, at + 4))
        size = int.from_bytes(packed[at + 8 : at + 16], "big")
        name = packed[at + 16 : at + 16 + name_size].decode()
        at += 16 + name_size + size
        files[name] = (mode, packed[at - size : at])
    return files


def _package(folder: Path, answer: str) -> Package:
    return echo_package(folder, {f"data/{test}/1.ans": f"{answer}\n" for test in ("sample", "secret")})


async def _check_next(court: Court, package: Package, suffix: str, answer: str) -> None:
    source = program(HELLO[suffix].replace("safe", answer), f"hello.{suffix}")
    judged = await court.judge(package, source, limits=STRICT)

    assert judged.verdict is Verdict.AC, judged
    assert [run.testcase for run in judged.runs] == ["sample/1", "secret/1"]


def _check_words(judged: Judged) -> None:
    """No secret in what is shown, nothing that a terminal or page would obey, and not too much of it."""
    for said in (judged.compilation.output, judged.message, *(run.message for run in judged.runs)):
        assert SECRET not in said
        assert len(said) < 20_000
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said), ascii(said)


def _users(court: Court) -> set[int]:
    """All users that the court's cells have run as."""
    maker = court.level.maker
    if isinstance(maker, LocalMaker):
        return {local.FIRST_UID + (maker._made - back) % 1000 for back in range(300)}
    assert isinstance(maker, ContainerMaker)
    return {container.FIRST_UID + (maker._made - back) % 10_000 for back in range(300)}


def _processes_of(users: set[int]) -> list[str]:
    found = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdigit() and path.stat().st_uid in users:
                found.append(f"{path.name} {(path / 'cmdline').read_bytes()!r}")
    return found


def _drop_from_cache(path: Path) -> None:
    """Have the next reader of the file wait for the disk, and its pages charged to that reader."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _mounts() -> set[str]:
    return set(Path("/proc/self/mountinfo").read_text().splitlines())


def _cores() -> set[Path]:
    return {path for folder in (Path("/"), Path("/tmp"), Path.cwd()) for path in folder.glob("core*")}


def _available_bytes() -> int:
    return _number(Path("/proc/meminfo"), "MemAvailable")


def _own_bytes(key: str) -> int:
    return _number(Path("/proc/self/status"), key)


def _number(path: Path, key: str) -> int:
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{key}:"))
    return int(line.split()[1]) * 1024


async def _until_available(wanted_bytes: int) -> None:
    """The kernel takes back memory of what is gone when it gets round to it."""
    deadline = time.monotonic() + 20
    while _available_bytes() < wanted_bytes:
        assert time.monotonic() < deadline, f"{_available_bytes()} bytes available, not {wanted_bytes}"
        await asyncio.sleep(0.2)
