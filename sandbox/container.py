"""Cells at the levels ``container``, ``gvisor`` and ``vm``: the launcher as process 1 of a Docker container.

The levels differ in the runtime that Docker starts the container with. The arguments of ``_host_config`` are the outer
wall at each of them. Docker's own work happens in threads; talking to a running
launcher does not, since its streams are a plain socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import docker.errors
import requests.exceptions

from judge.errors import ImageMissing, SandboxError
from sandbox import apparmor, seccomp
from sandbox.attach import AttachStream
from sandbox.cell import GRACE_S, Cell, launcher_path
from sandbox.cgroups import MemoryGroup
from sandbox.exchange import Exchange
from sandbox.users import User, Users

#: On every container of ours; its value names the host that made it, so that several may share an engine.
LABEL = "org.judge.cell"
#: Docker's shim has been seen to hang when a runtime fails half-way, so nothing is waited for any longer than this.
DOCKER_DEADLINE_S = 60
#: The users that cells run as: far above any that a host gives to people or services.
USERS = range(200_000, 210_000)
#: Of a cell before its first run.
FIRST_MEMORY_BYTES = 2 * 1024**3
#: All processes of a cell; each run has its own, smaller limit.
PIDS = 512

_LOOKS_FOR_END, _LOOK_S = 20, 0.1

SYSTEM_PATHS = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin", "/etc")
_DOCKER_ERRORS = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What Docker starts containers with, and what follows for measuring."""

    #: Its name among Docker's runtimes; None: the engine's default, runc.
    name: str | None = None
    #: What launcher, box, the program's own file, and whatever the runtime adds take beside the program's memory.
    overhead_bytes: int = 16 * 1024 * 1024
    #: Whether programs are processes of the host's kernel, which then bounds and measures each cell by itself.
    is_hosts_kernel: bool = True


RUNC = Runtime()


def gvisor(name: str) -> Runtime:
    """gVisor: its own kernel keeps time and memory of what runs in it; the host's group bounds all of it."""
    return Runtime(name=name, overhead_bytes=160 * 1024 * 1024, is_hosts_kernel=False)


def virtual_machine(name: str) -> Runtime:
    """Kata: a kernel of its own in a virtual machine; the host's group bounds all of it."""
    return Runtime(name=name, overhead_bytes=512 * 1024 * 1024, is_hosts_kernel=False)


class _ContainerWall:
    """A running container, which Docker removes by itself once it has ended."""

    def __init__(
        self,
        client: docker.DockerClient,
        container_id: str,
        stream: AttachStream,
        runtime: Runtime,
        user: User,
        owed: Owed,
    ) -> None:
        self._client = client
        self._id = container_id
        self._owed = owed
        self._process: int | None = None
        self._stream = stream
        self._runtime = runtime
        self._user = user
        self._group: MemoryGroup | None = None
        #: The host's id of the container's process 1, once it has started.
        self.pid = 0

    async def start(self) -> None:
        await _call(self._client.api.start, self._id)
        facts = await _call(self._client.api.inspect_container, self._id)
        self.pid = facts["State"]["Pid"]
        # A descriptor stays that of this process, whatever its number is given to later.
        with contextlib.suppress(OSError):
            self._process = os.pidfd_open(self.pid)
        self._group = MemoryGroup(self.pid)
        limit_bytes = self._group.limit_bytes()
        if limit_bytes is not None and limit_bytes > FIRST_MEMORY_BYTES:
            raise SandboxError(
                f"the runtime {self._runtime.name or 'runc'} does not bound a cell's memory, so that no limit could be "
                "enforced: is --ignore-cgroups among its arguments in /etc/docker/daemon.json?"
            )

    async def set_memory(self, limit_bytes: int) -> None:
        limit_bytes += self._runtime.overhead_bytes
        if self._group is None or not self._group.set_limit(limit_bytes):
            await _call(self._client.api.update_container, self._id, mem_limit=limit_bytes, memswap_limit=limit_bytes)

    def reset_peak(self) -> bool:
        return self._runtime.is_hosts_kernel and self._group is not None and self._group.reset_peak()

    def peak_bytes(self) -> int | None:
        return self._group.peak_bytes() if self._group is not None else None

    async def ran_out_of_memory(self) -> bool:
        """A runtime with a kernel of its own is killed as a whole; Docker notices that a moment after its end."""
        if self._runtime.is_hosts_kernel:
            return False
        # An engine that cannot say leaves it at what is known: that the cell died.
        with contextlib.suppress(SandboxError):
            for _ in range(_LOOKS_FOR_END):
                facts = await _call(self._client.api.inspect_container, self._id)
                if not facts["State"]["Running"]:
                    return bool(facts["State"]["OOMKilled"])
                await asyncio.sleep(_LOOK_S)
        return False

    async def tear_down(self) -> bool:
        # Whoever still waits for an answer then reads the end of the stream, before it is closed.
        try:
            await _call(_remove, self._client, self._id)
            is_removed = True
        except SandboxError:
            # An engine that is away leaves its containers running. All in one ends with its process 1.
            is_removed = False
            self._kill()
            self._owed.add(self._id)
        self._stream.close()
        if self._process is not None:
            os.close(self._process)
            self._process = None
        if self._group is not None:
            self._group.close()
        self._user.release()
        return is_removed

    def _kill(self) -> None:
        # Only root may, where the cell's user is another than ours.
        if self._process is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)


class Owed:
    """Containers that could not be removed when it was time, by name or id, or that may come to be later still."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, name: str) -> None:
        """Remove it when the engine answers again."""
        self._until[name] = time.monotonic() + 2 * DOCKER_DEADLINE_S

    async def settle(self, client: docker.DockerClient) -> None:
        """Remove what is owed, as far as it is there by now and the engine can."""
        for name, until in list(self._until.items()):
            with contextlib.suppress(SandboxError):
                # A call that was given up, as its answer did not come, may still make a container.
                if await _call(_remove, client, name) or time.monotonic() > until:
                    self._until.pop(name, None)


class ContainerMaker:
    """Makes containers with the Docker engine that answers."""

    def __init__(self, *, cells_dir: Path, host: str, runtime: Runtime = RUNC) -> None:
        self._cells_dir = cells_dir
        self._host = host
        self._runtime = runtime
        self._client = _connect()
        # Docker's own AppArmor profile forbids the mounts that boxes are made of; inside a box the filter does.
        self._profile = apparmor.load() or "unconfined"
        self._users = Users(USERS)
        self._owed = Owed()

    async def make(self, *, image: str, core: int, shows_data: bool) -> Cell:
        name = f"judge-{secrets.token_hex(6)}"
        await self._owed.settle(self._client)
        exchange = Exchange.make(self._cells_dir / name)
        user = self._users.reserve()
        try:
            container_id = await _call(self._create, name, image, core, exchange, user.uid, shows_data)
            stream = AttachStream(await _call(self._attach, container_id))
        except BaseException:
            self._owed.add(name)
            exchange.remove()
            user.release()
            raise
        wall = _ContainerWall(self._client, container_id, stream, self._runtime, user, self._owed)
        cell = Cell(name=name, stream=stream, wall=wall, exchange=exchange)
        try:
            await wall.start()
            await cell.greet()
            self._check(cell)
            cell.uid = _uid_of(wall.pid) if self._runtime.is_hosts_kernel else None
        except BaseException:
            await cell.close()
            raise
        return cell

    def _check(self, cell: Cell) -> None:
        """Refuse a cell in which a limit could not be enforced."""
        if self._runtime.is_hosts_kernel and not (cell.facts.cgroup and cell.facts.is_bounded):
            raise SandboxError(
                "no control group accounts for time and memory in a cell, so that no limit could be enforced: "
                "`judge doctor` says what is missing"
            )

    async def sweep(self) -> None:
        """Remove containers and exchange directories of an earlier process of this host."""
        for container in await _call(self._ours):
            await _call(_remove, self._client, container.id)
        for path in self._cells_dir.glob("judge-*"):
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    def missing(self, image: str) -> str | None:
        try:
            self._client.images.get(image)
        except docker.errors.ImageNotFound:
            return f"image {image} has not been built: run `judge image build`"
        except _DOCKER_ERRORS as error:
            return f"the Docker engine does not answer: {error}"
        return None

    def _ours(self) -> list[Any]:
        return self._client.containers.list(all=True, ignore_removed=True, filters={"label": f"{LABEL}={self._host}"})

    def _create(
        self,
        name: str,
        image: str,
        core: int,
        exchange: Exchange,
        uid: int,
        shows_data: bool,  # noqa: FBT001
    ) -> str:
        command = ["/launcher", *(["--data"] if shows_data else []), "/exchange/in", "/exchange/out", *SYSTEM_PATHS]
        try:
            created = self._client.api.create_container(
                image,
                command=command,
                name=name,
                user=f"{uid}:{uid}",
                hostname="box",
                working_dir="/",
                environment={},
                stdin_open=True,
                labels={LABEL: self._host},
                host_config=self._host_config(core, exchange),
            )
        except docker.errors.ImageNotFound as error:
            raise ImageMissing(f"image {image} has not been built: run `judge image build`") from error
        return str(created["Id"])

    def _host_config(self, core: int, exchange: Exchange) -> dict[str, Any]:
        config: dict[str, Any] = self._client.api.create_host_config(
            # What cannot be reached cannot be attacked.
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges", f"seccomp={seccomp.docker_profile()}", f"apparmor={self._profile}"],
            ipc_mode="private",
            binds=[
                # The letters are for SELinux, and mean nothing elsewhere: shared by all cells, and this one's alone.
                f"{launcher_path()}:/launcher:ro,z",
                f"{exchange.inward}:/exchange/in:ro,Z",
                f"{exchange.outward}:/exchange/out:Z",
            ],
            # Bounds for the whole cell. The memory limit is set anew for each run.
            mem_limit=FIRST_MEMORY_BYTES,
            memswap_limit=FIRST_MEMORY_BYTES,
            cpuset_cpus=str(core),
            pids_limit=PIDS,
            ulimits=[
                # Not zero, which a host's program for taking cores would not heed; box.c knows why.
                docker.types.Ulimit(name="core", soft=1, hard=1),
                docker.types.Ulimit(name="nofile", soft=1024, hard=4096),
            ],
            # Nothing of a cell is kept: neither its file system nor what it said. Only why it ended is asked for where
            # its own kernel may end for want of memory, before we remove it.
            auto_remove=self._runtime.is_hosts_kernel,
            log_config=docker.types.LogConfig(type="none"),
            runtime=self._runtime.name,
        )
        config["CgroupnsMode"] = "private"
        # The kernel allows a box its own /proc only where the cell's is unmasked. No box sees this one: each covers it
        # with a /proc of its own processes. The launcher itself is an unprivileged user without capabilities.
        config["MaskedPaths"] = ["/sys/firmware", "/sys/devices/virtual/powercap"]
        config["ReadonlyPaths"] = []
        return config

    def _attach(self, container_id: str) -> socket.socket:
        attached = self._client.api.attach_socket(
            container_id, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        )
        # The SDK wraps the socket in a reader of its own; nothing has been sent yet that it could have swallowed.
        own: socket.socket = attached._sock.dup()  # noqa: SLF001
        # Closed by its answer: from Python 3.13 on, one whose parts are closed before it complains when it goes.
        attached._response.close()  # noqa: SLF001
        return own


def _remove(client: docker.DockerClient, name: str) -> bool:
    """Remove a container; whoever is quicker, Docker's own auto-removal or we, wins. Whether it was there."""
    try:
        client.api.remove_container(name, force=True)
    except docker.errors.NotFound:
        return False
    except docker.errors.APIError as error:
        # What is being removed already is another matter than an engine that cannot.
        if not error.is_client_error():
            raise
    return True


def _connect() -> docker.DockerClient:
    try:
        client = docker.from_env(timeout=DOCKER_DEADLINE_S)
        client.ping()
    except _DOCKER_ERRORS as error:
        raise SandboxError(
            f"no Docker engine answers ({error}); start one, or set JUDGE_ISOLATION=local for code of your own"
        ) from error
    return client


async def _call(function: Any, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401
    """Do Docker's blocking work in a thread, with a deadline, and its errors as ours."""
    try:
        async with asyncio.timeout(DOCKER_DEADLINE_S + GRACE_S):
            return await asyncio.to_thread(function, *arguments, **keywords)
    except TimeoutError as error:
        raise SandboxError("the Docker engine does not answer in time") from error
    except _DOCKER_ERRORS as error:
        raise SandboxError(f"Docker: {error}") from error


def _uid_of(pid: int) -> int | None:
    """The host's user id of a process: with remapped user namespaces another one than was asked for."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("Uid:"):
                return int(line.split()[1])
    return None
