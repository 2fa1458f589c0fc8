"""What a box is measured against: a bare fork and exec in the same cell, and a container of its own for each run."""

from __future__ import annotations

import asyncio
import time

import docker
import docker.errors

from judge.errors import SandboxError
from sandbox import bundle, engine, seccomp
from sandbox.cell import Cell, launcher_path


async def bare_forkexec_us(cell: Cell, program: str, *, count: int) -> list[float]:
    """Microseconds of each of ``count`` bare fork, exec and wait of ``program`` in a cell of level ``container``.

    The measuring process is a neighbour of the launcher, with the same user, core, filters and limits.
    """
    measurer = launcher_path().with_name("forkexec").read_bytes()
    await cell.load(bundle.pack({"forkexec": measurer}, mode=bundle.EXECUTABLE))
    said = await asyncio.to_thread(_exec, cell.name, ["/work/forkexec", str(count), program])
    return [int(line) / 1000 for line in said.split()]


async def docker_run_us(image: str, program: str, *, core: int) -> float:
    """Microseconds for a container of its own, with a cell's restrictions, from making it to its removal."""
    return await asyncio.to_thread(_docker_run, image, program, core)


def _exec(container: str, argv: list[str]) -> bytes:
    client = engine.connect()
    try:
        made = client.api.exec_create(container, argv)
        said: bytes = client.api.exec_start(made["Id"])
        code = client.api.exec_inspect(made["Id"])["ExitCode"]
    except docker.errors.DockerException as error:
        raise SandboxError(f"Docker: {error}") from error
    finally:
        client.close()
    if code != 0:
        raise SandboxError(f"{argv[0]} ended with {code}: {said.decode(errors='replace')}")
    return said


def _docker_run(image: str, program: str, core: int) -> float:
    client = engine.connect()
    try:
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
    except docker.errors.DockerException as error:
        raise SandboxError(f"Docker: {error}") from error
    finally:
        client.close()
