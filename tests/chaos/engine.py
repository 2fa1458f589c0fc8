"""A Docker engine of the storm's own, beside the machine's: killing it hurts nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import json
import os
import secrets
import signal
import subprocess
import tarfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import docker
import docker.errors
from requests.exceptions import RequestException

from sandbox import engine
from sandbox.container import LABEL

_START_S = 60.0
_STOP_S = 40.0
_POLL_S = 0.05
_UNREACHABLE = (docker.errors.DockerException, RequestException, OSError)


class Engine:
    """An engine in a folder, with the control groups of its containers below one of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._group = f"judge-storm-{secrets.token_hex(4)}"
        self._containerd: Process | None = None
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._folder}/docker.sock"

    @property
    def _socket(self) -> Path:
        return self._folder / "containerd.sock"

    @property
    def log(self) -> Path:
        return self._folder / "dockerd.log"

    async def start(self) -> None:
        """Start it, and wait until it answers.

        Containerd is a service of its own, as distributions have it: it outlives an engine that is killed.
        """
        if self._containerd is None:
            self._containerd = await self._start_containerd()
        config = self._folder / "daemon.json"
        config.write_text("{}")
        arguments = {
            "--config-file": config,
            "--data-root": self._folder / "data",
            "--exec-root": self._folder / "run",
            "--pidfile": self._folder / "docker.pid",
            "--containerd": self._socket,
            "--host": self.url,
            # What networks need is the machine's, and cells have none.
            "--bridge": "none",
            "--cgroup-parent": f"/{self._group}",
            "--exec-opt": "native.cgroupdriver=cgroupfs",
            "--log-level": "warn",
        }
        flags = ("--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false")
        words = [word for name, value in arguments.items() for word in (name, str(value))]
        self._process = await self._spawn("dockerd", *words, *flags)
        deadline = time.monotonic() + _START_S
        while not await asyncio.to_thread(self._answers):
            assert self._process.returncode is None, self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, self.log.read_text()[-2000:]
            await asyncio.sleep(_POLL_S)

    async def end(self, number: int) -> None:
        """Send it a signal, and wait until it is gone."""
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        await asyncio.wait_for(self._process.wait(), _STOP_S)

    async def _start_containerd(self) -> Process:
        config = self._folder / "containerd.toml"
        config.write_text('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
        folders = ("--root", str(self._folder / "containerd"), "--state", str(self._folder / "tasks"))
        words = ("--config", str(config), "--address", str(self._socket), "--log-level", "warn")
        process = await self._spawn("containerd", *folders, *words)
        deadline = time.monotonic() + _START_S
        while not self._socket.exists():
            assert time.monotonic() < deadline, self.log.read_text()[-2000:]
            await asyncio.sleep(_POLL_S)
        return process

    async def _spawn(self, *argv: str) -> Process:
        with self.log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "TERM", "--", *argv),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def close(self) -> None:
        """End both, whatever runs in containers, and their control groups."""
        await self.end(signal.SIGTERM)
        if self._containerd is not None:
            self._containerd.terminate()
            await asyncio.wait_for(self._containerd.wait(), _STOP_S)
        deadline = time.monotonic() + _STOP_S
        # What a storm that failed left running, and its shims.
        while (left := self.processes() + self._shims()) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(_POLL_S)
        self._remove_groups()
        # An engine that is killed leaves its own, and the next adds to them.
        for point in reversed(self.mounts()):
            await asyncio.to_thread(subprocess.run, ["umount", "--lazy", point], check=True)

    def _shims(self) -> list[int]:
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = entry.read_bytes().split(b"\0")
                if b"containerd-shim" in words[0] and os.fsencode(self._socket) in words:
                    found.append(int(entry.parent.name))
        return found

    async def load(self, images: Iterable[str]) -> None:
        """Take images over from the machine's own engine."""
        await asyncio.to_thread(self._load, list(images))

    async def load_files(self, image: str, paths: Iterable[str]) -> None:
        """Take over an image of the machine's own engine with nothing in it but those files, under the same name."""
        await asyncio.to_thread(self._load_files, image, list(paths))

    async def containers(self) -> list[str]:
        """The names of all containers there are."""
        return await asyncio.to_thread(self._containers)

    async def launchers(self, words: str) -> list[int]:
        """The process ids of all launchers whose container was made by a host with these words in its label."""
        return await asyncio.to_thread(self._launchers, words)

    def processes(self) -> list[int]:
        """What runs in control groups of its containers, asked of the kernel."""
        found = set()
        for listed in Path("/sys/fs/cgroup").glob(f"**/{self._group}/**/cgroup.procs"):
            with contextlib.suppress(OSError):
                found |= {int(word) for word in listed.read_text().split()}
        return sorted(found)

    def mounts(self) -> list[str]:
        """What is mounted below its folder."""
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
        return [point for line in lines if (point := line.split()[4]).startswith(f"{self._folder}/")]

    def _remove_groups(self) -> None:
        """Remove its empty control groups."""
        found = [path for path in Path("/sys/fs/cgroup").glob(f"**/{self._group}/**") if path.is_dir()]
        for path in sorted(found, key=lambda path: len(path.parts), reverse=True):
            path.rmdir()

    def _client(self) -> docker.DockerClient:
        return docker.DockerClient(base_url=self.url, timeout=30)

    def _answers(self) -> bool:
        if not Path(self.url.removeprefix("unix://")).exists():
            return False
        try:
            with contextlib.closing(self._client()) as client:
                return bool(client.ping())
        except _UNREACHABLE:
            return False

    def _load(self, images: list[str]) -> None:
        with contextlib.closing(engine.connect()) as source, contextlib.closing(self._client()) as target:
            for image in map(source.images.get, images):
                target.api.load_image(image.save(named=True))  # type: ignore[no-untyped-call]
                _tag(target, str(image.id), image.tags)

    def _load_files(self, image: str, paths: list[str]) -> None:
        with contextlib.closing(engine.connect()) as source, contextlib.closing(self._client()) as target:
            tags = source.images.get(image).tags
            made = source.containers.create(image, command="true", network_mode="none")
            try:
                tree = io.BytesIO()
                with tarfile.open(fileobj=tree, mode="w") as whole:
                    for path in paths:
                        _copy(b"".join(made.get_archive(path)[0]), path, whole)
            finally:
                made.remove(force=True)
            imported = target.api.import_image_from_data(tree.getvalue())
            _tag(target, json.loads(imported.splitlines()[-1])["status"], tags)

    def _containers(self) -> list[str]:
        with contextlib.closing(self._client()) as client:
            return [str(item.name) for item in client.containers.list(all=True, ignore_removed=True)]

    def _launchers(self, words: str) -> list[int]:
        found = []
        with contextlib.suppress(*_UNREACHABLE), contextlib.closing(self._client()) as client:
            for item in client.containers.list(ignore_removed=True, filters={"label": LABEL}):
                if words in item.labels[LABEL]:
                    with contextlib.suppress(docker.errors.NotFound):
                        found.append(client.api.inspect_container(str(item.id))["State"]["Pid"])
        return [pid for pid in found if pid]


def _tag(client: docker.DockerClient, image: str, tags: Iterable[str]) -> None:
    """Give an image all the names that it has elsewhere."""
    for name in tags:
        repository, _, tag = name.rpartition(":")
        client.api.tag(image, repository, tag)


def _copy(archive: bytes, path: str, whole: tarfile.TarFile) -> None:
    """Add a file or link to a tree, from an archive that has it alone."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as single:
        (member,) = single.getmembers()
        content = single.extractfile(member) if member.isreg() else None
        member.name = path.lstrip("/")
        whole.addfile(member, content)


@contextlib.asynccontextmanager
async def engine_of_its_own(folder: Path, images: Iterable[str]) -> AsyncIterator[Engine]:
    """A running engine with those images, stopped at exit, and its control groups removed."""
    own = Engine(folder)
    await own.start()
    try:
        await own.load(images)
        yield own
    finally:
        await own.close()
        # Docker's client leaves sockets to the collector where no engine listens. Here nobody minds them.
        gc.collect()
