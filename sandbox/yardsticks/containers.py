"""What Docker's help it takes to measure: a bare fork and exec in the same cell, a container for each run, counters."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import docker
import docker.errors
import requests.exceptions

from judge.errors import SandboxError
from sandbox import engine, seccomp
from sandbox.cell import Cell

_CGROUPS = Path("/sys/fs/cgroup")
_Number = TypeVar("_Number", int, float)


async def bare_forkexec_us(
    cell: Cell, command: Sequence[str], *, count: int, warm_up: int, env: Mapping[str, str] | None = None
) -> list[float]:
    """Microseconds of each of ``count`` bare fork, exec and wait of ``command`` in a cell that has the stopwatch.

    The stopwatch is a neighbour of the launcher, with the same user, core, control groups and system call filter; what
    it lacks is a box.
    """
    argv = ["/work/stopwatch", str(count), str(warm_up), *command]
    said = await asyncio.to_thread(_exec, cell.name, argv, dict(env or {}))
    return [int(line) / 1000 for line in said.split()]


async def docker_run_us(image: str, program: str, *, core: int) -> float:
    """Microseconds for a container of its own, with a cell's restrictions, from making it to its removal."""
    return await asyncio.to_thread(_docker_run, image, program, core)


async def memory_bytes(cell: Cell) -> int:
    """Memory that the control group of a cell counts, what the kernel could take back at once left out.

    Raises:
        SandboxError: the host does not show it.
    """
    return await asyncio.to_thread(_read_group, cell.name, "memory", _used_memory_bytes)


async def cpu_us(cell: Cell) -> float:
    """Processor time that the control group of a cell counts, since it was made.

    Raises:
        SandboxError: the host does not show it.
    """
    return await asyncio.to_thread(_read_group, cell.name, "cpuacct", _used_cpu_us)


@contextlib.contextmanager
def _client() -> Iterator[docker.DockerClient]:
    client = engine.connect()
    try:
        yield client
    except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
        raise SandboxError(f"Docker: {error}") from error
    finally:
        client.close()


def _exec(container: str, argv: list[str], env: dict[str, str]) -> bytes:
    with _client() as client:
        made = client.api.exec_create(container, argv, environment=env)
        # What programs say beside their output is no figure.
        said, complaints = client.api.exec_start(made["Id"], demux=True)
        code = client.api.exec_inspect(made["Id"])["ExitCode"]
    if code != 0:
        raise SandboxError(f"{argv[0]} ended with {code}: {(complaints or said or b'').decode(errors='replace')}")
    return said or b""


def _docker_run(image: str, program: str, core: int) -> float:
    with _client() as client:
        begun = time.perf_counter()
        client.containers.run(
            image,
            [program],
            remove=True,
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges", f"seccomp={seccomp.docker_profile()}", "apparmor=unconfined"],
            cpuset_cpus=str(core),
            mem_limit="256m",
            pids_limit=64,
        )
        return (time.perf_counter() - begun) * 1e6


def _read_group(container: str, controller: str, read: Callable[[Path, bool], _Number]) -> _Number:
    """What ``read`` makes of a container's control group, and whether that is of version 2."""
    with _client() as client:
        facts: dict[str, Any] = client.api.inspect_container(container)
    try:
        group, is_v2 = _group_of(facts["State"]["Pid"], controller)
        if facts["Id"] not in str(group):
            raise SandboxError(f"cell {container} has no {controller} control group of its own: others would count too")
        return read(group, is_v2)
    except (OSError, KeyError, ValueError) as error:
        raise SandboxError(f"the {controller} control group of cell {container} cannot be read: {error}") from error


def _group_of(pid: int, controller: str) -> tuple[Path, bool]:
    unified = Path()
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return _CGROUPS / controller / path.lstrip("/"), False
        if not controllers:
            unified = _CGROUPS / path.lstrip("/")
    return unified, True


def _used_memory_bytes(group: Path, is_v2: bool) -> int:  # noqa: FBT001
    counter, reclaimable = (
        ("memory.current", "inactive_file") if is_v2 else ("memory.usage_in_bytes", "total_inactive_file")
    )
    statistics = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    return int((group / counter).read_text()) - int(statistics[reclaimable])


def _used_cpu_us(group: Path, is_v2: bool) -> float:  # noqa: FBT001
    if not is_v2:
        return int((group / "cpuacct.usage").read_text()) / 1000
    statistics = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return float(statistics["usage_usec"])
