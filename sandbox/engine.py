"""The Docker engine: finding one that answers, or starting one."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import socket
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import docker
import docker.errors
from requests.exceptions import RequestException

from judge.errors import SandboxError

#: Shown to whoever started us, one line for each step.
Progress = Callable[[str], None]

SYSTEM_SOCKET = Path("/var/run/docker.sock")

_KNOCK_TIMEOUT_S = 5
_INSTALL_TIMEOUT_S = 900.0
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
_POLL_S = 0.1

#: How each distribution installs an engine, by the ID or ID_LIKE of its os-release.
_INSTALL = {
    "debian": "sudo apt-get install docker.io",
    "ubuntu": "sudo apt-get install docker.io",
    "fedora": "sudo dnf install moby-engine",
    "arch": "sudo pacman -S docker",
    "suse": "sudo zypper install docker",
    "alpine": "sudo apk add docker",
}


def connect(*, timeout_s: int = 60) -> docker.DockerClient:
    """A client of the engine that answers; the caller closes it.

    Raises:
        SandboxError: none does, and what was tried.
    """
    tried: list[str] = []
    for url in _urls():
        try:
            _knock(url)
            client = docker.DockerClient(base_url=url, timeout=timeout_s)
        except (docker.errors.DockerException, RequestException, OSError) as error:
            tried.append(f"{url}: {getattr(error, 'strerror', None) or error}")
        else:
            return client
    raise SandboxError("no Docker engine answers; tried " + "; ".join(tried))


@asynccontextmanager
async def running(progress: Progress, *, data_dir: Path, argv: Sequence[str] = ("dockerd",)) -> AsyncIterator[None]:
    """Make sure that an engine answers. One that we had to start ourselves is stopped at exit, and no other.

    Args:
        data_dir: where the log of one that we start goes.
        argv: what starts one.

    Raises:
        SandboxError: none can be had without the user, and exactly what to do.
    """
    if await _answers():
        progress("Docker engine: using the one that is running")
        yield
        return
    if os.geteuid() != 0:
        raise SandboxError(await asyncio.to_thread(_advice))
    if shutil.which("dockerd") is None:
        await _install(progress)
    if await _answers() or await _start_service(progress):
        progress("Docker engine: running")
        yield
        return
    process = await _start(argv, data_dir / "dockerd.log")
    try:
        await _until_answering(process, data_dir / "dockerd.log")
        progress(f"Docker engine: started (process {process.pid})")
        yield
    finally:
        await _stop(process)


def runtimes() -> frozenset[str]:
    """What containers can be started with, by the names that the engine has for it.

    Raises:
        SandboxError: no engine answers.
    """
    client = connect()
    try:
        known = set(client.info()["Runtimes"])
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"the Docker engine does not say which runtimes it has: {error}") from error
    finally:
        client.close()
    # An engine starts a runtime that is called like this by its shim, which only has to be on the path.
    shims = {"io.containerd.kata.v2": "containerd-shim-kata-v2", "io.containerd.runsc.v1": "containerd-shim-runsc-v1"}
    return frozenset(known | {name for name, shim in shims.items() if shutil.which(shim)})


def advice(distribution: str, *, is_socket_closed: bool) -> str:
    """What a user without root does to get an engine."""
    if is_socket_closed:
        user = os.environ.get("USER", "$USER")
        first = (
            f"{SYSTEM_SOCKET} is there but closed to you: run `sudo usermod -aG docker {user}` and log in again "
            "(whoever is in that group can become root on this machine)"
        )
    else:
        command = next((_INSTALL[word] for word in distribution.split() if word in _INSTALL), "install Docker")
        first = f"no Docker engine answers: run `{command}` and `sudo systemctl start docker`"
    return (
        f"{first}; or set up rootless Docker (dockerd-rootless-setuptool.sh install); "
        "or, for judging your own programs only, set JUDGE_ISOLATION=local"
    )


def _urls() -> list[str]:
    """Where an engine may listen: where the environment says, else the system's socket and the user's own."""
    if named := os.environ.get("DOCKER_HOST"):
        return [named]
    own = [Path(runtime) / "docker.sock"] if (runtime := os.environ.get("XDG_RUNTIME_DIR")) else []
    own.append(Path.home() / ".docker" / "run" / "docker.sock")
    return [f"unix://{path}" for path in (SYSTEM_SOCKET, *(path for path in own if os.access(path, os.F_OK)))]


def _knock(url: str) -> None:
    """Open and close the socket: the client's own error would bury the system's, and leave its socket open."""
    if url.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(_KNOCK_TIMEOUT_S)
            knock.connect(url.removeprefix("unix://"))


async def _answers() -> bool:
    def ask() -> bool:
        try:
            connect().close()
        except SandboxError:
            return False
        return True

    return await asyncio.to_thread(ask)


def _advice() -> str:
    release = platform.freedesktop_os_release()
    distribution = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}"
    return advice(distribution, is_socket_closed=SYSTEM_SOCKET.exists() and not os.access(SYSTEM_SOCKET, os.W_OK))


async def _install(progress: Progress) -> None:
    """Install the distribution's own engine, where that is apt's to do."""
    if shutil.which("apt-get") is None:
        raise SandboxError(await asyncio.to_thread(_advice))
    progress("Docker engine: installing docker.io")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update", "-q"), ("install", "-q", "-y", "--no-install-recommends", "docker.io")):
        process = await asyncio.create_subprocess_exec(
            *("apt-get", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
        )
        try:
            async with asyncio.timeout(_INSTALL_TIMEOUT_S):
                output, _ = await process.communicate()
        finally:
            await _stop(process)
        if process.returncode != 0:
            tail = output.decode(errors="replace")[-1000:]
            raise SandboxError(f"`apt-get {' '.join(arguments)}` failed; install docker.io by hand. It said:\n{tail}")


async def _start_service(progress: Progress) -> bool:
    """Where systemd rules, the engine is its to start, and stays up when we leave."""
    if not Path("/run/systemd/system").is_dir() or shutil.which("systemctl") is None:
        return False
    progress("Docker engine: starting the system's service")
    process = await asyncio.create_subprocess_exec("systemctl", "start", "docker", stdin=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(_START_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        await _stop(process)
    return await _answers()


async def _start(argv: Sequence[str], log: Path) -> Process:
    """An engine of our own. In its own session, so that Ctrl-C does not reach it before our cells are gone."""
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "TERM", "--", *argv),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


async def _until_answering(process: Process, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not await _answers():
        if process.returncode is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-1500:]
            raise SandboxError(f"the Docker engine did not start; {log} ends with:\n{tail}")
        await asyncio.sleep(_POLL_S)


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
