"""``judge doctor`` on this very host: a real engine, a real cell, and real containers that are no cells at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from judge.config import Isolation, Settings
from judge.doctor import examine, fitness
from sandbox import engine
from sandbox.container import ContainerMaker
from sandbox.doctor import asked, bounds, walls
from sandbox.doctor.finding import Finding, Status
from sandbox.doctor.seen import Cell
from tests.sandbox.conftest import CORE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root sees a cell from outside")

#: What docker-bench-security asks of each container, by its number in v1.6.0 and in our words; true passes.
BENCHMARK: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "5.4": lambda facts: not facts["HostConfig"]["CapAdd"],
    "5.5": lambda facts: not facts["HostConfig"]["Privileged"],
    "5.6": lambda facts: not any(mount["RW"] and mount["Source"] == "/etc" for mount in facts["Mounts"]),
    "5.10": lambda facts: facts["HostConfig"]["NetworkMode"] != "host",
    "5.11": lambda facts: facts["HostConfig"]["Memory"] != 0,
    "5.13": lambda facts: facts["HostConfig"]["ReadonlyRootfs"],
    "5.15": lambda facts: facts["HostConfig"]["RestartPolicy"]["MaximumRetryCount"] <= 5,
    "5.16": lambda facts: facts["HostConfig"]["PidMode"] != "host",
    "5.17": lambda facts: facts["HostConfig"]["IpcMode"] != "host",
    "5.18": lambda facts: not facts["HostConfig"]["Devices"],
    "5.19": lambda facts: bool(facts["HostConfig"]["Ulimits"]),
    "5.20": lambda facts: not any("shared" in mount["Propagation"] for mount in facts["Mounts"]),
    "5.21": lambda facts: facts["HostConfig"]["UTSMode"] != "host",
    "5.22": lambda facts: "seccomp=unconfined" not in (facts["HostConfig"]["SecurityOpt"] or []),
    "5.25": lambda facts: not facts["HostConfig"]["CgroupParent"],
    "5.26": lambda facts: "no-new-privileges" in str(facts["HostConfig"]["SecurityOpt"]),
    "5.29": lambda facts: (facts["HostConfig"]["PidsLimit"] or 0) > 0,
    "5.31": lambda facts: facts["HostConfig"]["UsernsMode"] != "host",
    "5.32": lambda facts: not any("docker.sock" in mount["Source"] for mount in facts["Mounts"]),
}
#: A control group that is not the engine's own.
PARENT = "judge-test-doctor"
#: Not a number of the benchmark's, or asked of other things, or passed by it without looking.
OTHERS = {"cell.runtime", "cell.user", "cell.apparmor", "cell.selinux", "cell.swap", "cell.core", "cell.proc"}


def looked_at(name: str, isolation: Isolation = Isolation.CONTAINER) -> dict[str, Finding]:
    """Every finding about the running container ``name``, taken for a cell."""
    cell = Cell(isolation=isolation, facts=asked.container(name))
    return {finding.id: finding for finding in (*walls.findings(cell), *bounds.findings(cell))}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cell(image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[str]:
    """The name of a running cell."""
    maker = ContainerMaker(cells_dir=short_tmp, host="doctor")
    made = await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
    yield made.name
    await made.close()


@pytest.fixture(scope="module")
def shared_folder(short_tmp: Path) -> Iterator[Path]:
    """A folder whose mounts the host and others see alike."""
    folder = short_tmp / "shared"
    folder.mkdir()
    subprocess.run(("mount", "-t", "tmpfs", "shared", folder), check=True)
    try:
        subprocess.run(("mount", "--make-shared", folder), check=True)
        yield folder
    finally:
        subprocess.run(("umount", folder), check=True)


@pytest.fixture(scope="module")
def open_container(image_names: dict[str, str], shared_folder: Path) -> Iterator[str]:
    """The name of a running container with every wall left out that can be left out."""
    client = engine.connect()
    container = client.containers.create(
        image_names["gcc"],
        ["/usr/bin/sleep", "600"],
        user="0",
        cap_add=["SYS_ADMIN"],
        network_mode="host",
        pid_mode="host",
        ipc_mode="host",
        uts_mode="host",
        userns_mode="host",
        cgroup_parent=f"/{PARENT}",
        devices=["/dev/null:/dev/other:rwm"],
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 9},
        security_opt=["seccomp=unconfined"],
        volumes=["/etc:/host-etc:rw", "/var/run/docker.sock:/docker.sock", f"{shared_folder}:/shared:rshared"],
    )
    try:
        container.start()
        yield str(container.name)
    finally:
        container.remove(force=True)
        client.close()
        # Docker removes the container's own control groups only.
        for group in (*Path("/sys/fs/cgroup").glob(f"*/{PARENT}"), *Path("/sys/fs/cgroup").glob(PARENT)):
            group.rmdir()


def test_a_real_cell_has_all_its_walls(cell: str) -> None:
    """Seen from outside, by what the kernel holds and not by what was asked for, nothing is missing."""
    found = looked_at(cell)

    weak = {name: finding.found for name, finding in found.items() if finding.status in {Status.FAIL, Status.WARN}}
    assert weak.keys() <= {"cell.apparmor"}
    skipped = {name for name, finding in found.items() if finding.status is Status.SKIP}
    assert skipped <= {"cell.apparmor", "cell.selinux"}
    assert "cannot be seen" not in str([finding.found for finding in found.values()])


def test_a_container_without_walls_fails(open_container: str) -> None:
    """Each wall's absence is noticed by its own finding."""
    found = looked_at(open_container)

    well = {name for name, finding in found.items() if finding.status in {Status.PASS, Status.SKIP}}
    # Not every host can start a privileged one, which is looked at below; and Docker masks parts of this one's /proc.
    assert well <= {"cell.apparmor", "cell.selinux", "cell.privileged", "cell.proc"}


def test_privileged_is_noticed(image_names: dict[str, str]) -> None:
    """By what the engine says, even of a container that has not been started."""
    client = engine.connect()
    container = client.containers.create(image_names["gcc"], ["/usr/bin/true"], privileged=True)
    try:
        found = looked_at(str(container.name))
        assert found["cell.privileged"].status is Status.FAIL
        assert found["cell.seccomp"].status is not Status.PASS
    finally:
        container.remove(force=True)
        client.close()


def test_findings_agree_with_the_benchmarks_own_tool(cell: str, open_container: str) -> None:
    """Where docker-bench-security asks the same, it would pass and fail what we do, of a cell and of its opposite."""
    for name in (cell, open_container):
        facts = asked.container(name)
        for finding in looked_at(name).values():
            if finding.id in OTHERS:
                continue
            numbers = [number for number in (finding.cis or "").split(", ") if number in BENCHMARK]
            assert numbers, finding.id
            passes = all(BENCHMARK[number](facts) for number in numbers)
            assert (finding.status is Status.PASS) is passes, (name, finding)


def test_a_container_is_no_cell_of_another_level(cell: str) -> None:
    """A level that is not what it is called is noticed by the process that is really there."""
    for isolation in Isolation:
        if isolation.value in {"gvisor", "vm"}:
            assert looked_at(cell, isolation)["cell.runtime"].status is Status.FAIL


async def test_fitness_is_what_a_host_must_have(image_names: dict[str, str], short_tmp: Path) -> None:
    """On this host, which judges, nothing of it fails; what is only advice is not in it."""
    settings = Settings(data_dir=short_tmp, isolation=Isolation.CONTAINER)

    found = await fitness(settings)

    assert {"engine.limits", "cell.memory", "cell.seccomp", "cell.made", "host.user-namespaces"} <= {
        f.id for f in found
    }
    assert [finding for finding in found if finding.status is Status.FAIL] == []
    assert all(finding.is_needed for finding in found)


async def test_no_engine_is_a_finding_and_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The host is still looked at, and the finding says what to do."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    settings = Settings(data_dir=tmp_path, isolation=Isolation.CONTAINER)

    found = {finding.id: finding for finding in await examine(settings)}

    assert found["engine.answers"].status is Status.FAIL
    assert found["engine.answers"].is_needed
    assert found["engine.answers"].mend
    assert found["cell.made"].status is Status.SKIP
    assert "host.kernel" in found


async def test_level_local_is_looked_at_without_an_engine(monkeypatch: pytest.MonkeyPatch, short_tmp: Path) -> None:
    """A real cell of it is made; no finding is about Docker."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{short_tmp}/none.sock")

    found = {finding.id: finding for finding in await examine(Settings(data_dir=short_tmp, isolation=Isolation.LOCAL))}

    assert found["cell.made"].status is Status.PASS
    assert {finding.group for finding in found.values()} == {"host", "engine", "cell"}
    assert found["engine.answers"].status is Status.SKIP


def doctor(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    return subprocess.run(
        [sys.executable, "-m", "judge", "doctor", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment | {"JUDGE_DATA_DIR": str(folder), "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def test_the_command_prints_one_document(image_names: dict[str, str], short_tmp: Path) -> None:
    """With the keys that scripts rely on, each finding once, worst first; the exit code says whether one failed."""
    said = doctor("--isolation", "container", "--json", folder=short_tmp)

    document = json.loads(said.stdout)
    found = document["findings"]
    assert document.keys() == {"isolation", "findings"}
    assert document["isolation"] == "container"
    assert all(list(item) == ["id", "status", "title", "cis", "found", "why", "mend"] for item in found)
    assert len({item["id"] for item in found}) == len(found) > 60
    ranks = [["fail", "warn", "pass", "skip"].index(item["status"]) for item in found]
    assert ranks == sorted(ranks)
    assert all(bool(item["mend"]) is (item["status"] in {"fail", "warn"}) for item in found)
    assert all(item["found"] and item["why"] and item["title"] for item in found)
    assert said.returncode == int("fail" in [item["status"] for item in found])


def test_the_command_shows_tables(short_tmp: Path) -> None:
    """For people: what it is, what was found, and how many of each at the end."""
    said = doctor("--isolation", "local", folder=short_tmp)

    assert said.returncode == 0, said.stdout + said.stderr
    assert "Host and kernel" in said.stdout
    assert "host.kernel" in said.stdout
    assert "At isolation level local: 0 fail" in said.stdout
    assert "CIS Docker Benchmark" in doctor("--help", folder=short_tmp).stdout
