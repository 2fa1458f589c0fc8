"""What ``judge doctor`` makes of a Docker engine's answers and of its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from judge.config import Isolation
from sandbox.doctor import daemon, options
from sandbox.doctor.finding import Status
from sandbox.doctor.tree import Tree
from tests.hosts import CONTAINER, INFO, differing, statuses, told

CLOSED = {"com.docker.network.bridge.enable_icc": "false"}


def test_a_well_kept_engine_has_nothing_to_mend() -> None:
    """Nothing fails and nothing warns."""
    found = statuses(daemon.findings(CONTAINER, INFO, CLOSED, told()))

    assert {name for name, status in found.items() if status in {Status.FAIL, Status.WARN}} == set()


@pytest.mark.parametrize(
    ("changes", "finding", "status"),
    [
        ({"MemoryLimit": False}, "engine.limits", Status.FAIL),
        ({"SwapLimit": False}, "engine.limits", Status.FAIL),
        ({"PidsLimit": False}, "engine.limits", Status.FAIL),
        ({"CPUSet": False}, "engine.limits", Status.FAIL),
        ({"SecurityOptions": ["name=userns", "name=no-new-privileges"]}, "engine.seccomp", Status.FAIL),
        (
            {"SecurityOptions": ["name=seccomp,profile=unconfined", "name=userns", "name=no-new-privileges"]},
            "engine.seccomp",
            Status.FAIL,
        ),
        ({"SecurityOptions": ["name=seccomp", "name=no-new-privileges"]}, "engine.userns-remap", Status.WARN),
        ({"SecurityOptions": ["name=seccomp", "name=userns"]}, "engine.no-new-privileges", Status.WARN),
        ({"Runtimes": {}}, "engine.runtime", Status.FAIL),
        ({"Driver": "aufs"}, "engine.storage-driver", Status.FAIL),
        ({"Driver": "vfs"}, "engine.storage-driver", Status.WARN),
        ({"LiveRestoreEnabled": False}, "engine.live-restore", Status.WARN),
        ({"ExperimentalBuild": True}, "engine.experimental", Status.WARN),
        ({"Debug": True}, "engine.log-level", Status.WARN),
        ({"Swarm": {"LocalNodeState": "active"}}, "engine.swarm", Status.WARN),
        ({"RegistryConfig": {"InsecureRegistryCIDRs": ["10.0.0.0/8"]}}, "engine.insecure-registries", Status.WARN),
        ({"RegistryConfig": {"IndexConfigs": {"a": {"Secure": False}}}}, "engine.insecure-registries", Status.WARN),
    ],
)
def test_an_open_engine_is_noticed(changes: dict[str, Any], finding: str, status: Status) -> None:
    """Each weakness of an engine changes its own finding and no other."""
    before = statuses(daemon.findings(CONTAINER, INFO, CLOSED, told()))

    after = statuses(daemon.findings(CONTAINER, INFO | changes, CLOSED, told()))

    assert after[finding] is status
    assert differing(before, after) == {finding}


@pytest.mark.parametrize(
    ("values", "finding", "status"),
    [
        ({"hosts": "tcp://0.0.0.0:2375"}, "engine.exposure", Status.FAIL),
        ({"hosts": "tcp://127.0.0.1:2375"}, "engine.exposure", Status.FAIL),
        ({"hosts": "tcp://0.0.0.0:2376", "tlsverify": "true"}, "engine.exposure", Status.PASS),
        ({"hosts": "unix:///run/docker.sock"}, "engine.exposure", Status.PASS),
        ({"log_level": "error"}, "engine.log-level", Status.WARN),
        ({"iptables": "False"}, "engine.iptables", Status.WARN),
        ({"cgroup_parent": "/mine"}, "engine.cgroup-parent", Status.WARN),
        ({"userland_proxy": "true"}, "engine.userland-proxy", Status.WARN),
        ({"default_ulimits": "nofile"}, "engine.default-ulimits", Status.PASS),
    ],
)
def test_an_engine_told_wrong_is_noticed(values: dict[str, str], finding: str, status: Status) -> None:
    """So do options that the engine does not tell of itself."""
    assert statuses(daemon.findings(CONTAINER, INFO, CLOSED, told(**values)))[finding] is status


def test_traffic_between_containers_is_noticed() -> None:
    """Docker allows it unless told otherwise; without a default bridge there is none."""
    for bridge, status in (({"mtu": "1500"}, Status.WARN), (CLOSED, Status.PASS), ({}, Status.PASS)):
        assert statuses(daemon.findings(CONTAINER, INFO, bridge, told()))["engine.icc"] is status


@pytest.mark.parametrize(
    ("isolation", "runtime", "status"),
    [
        (CONTAINER, None, Status.PASS),
        (Isolation.GVISOR, "runsc", Status.PASS),
        (Isolation.VM, "machines", Status.PASS),
        (Isolation.VM, "io.containerd.kata.v2", Status.PASS),
        (Isolation.VM, "kata", Status.FAIL),
        (Isolation.GVISOR, "runc", Status.FAIL),
        (Isolation.VM, "runsc", Status.FAIL),
        (Isolation.GVISOR, "missing", Status.FAIL),
    ],
)
def test_runtimes_are_recognised_by_name_program_or_shim(
    isolation: Isolation, runtime: str | None, status: Status
) -> None:
    """However a runtime was called when it was added; one of another level's is no runtime for this one."""
    found = statuses(daemon.findings(isolation, INFO, CLOSED, told(), runtime=runtime))

    assert found["engine.runtime"] is status


def test_a_runtime_of_another_name_is_suggested() -> None:
    """Where the setting names none that is there, and one is that would do."""
    found = next(
        f for f in daemon.findings(Isolation.VM, INFO, CLOSED, told(), runtime="kata") if f.id == "engine.runtime"
    )

    assert found.mend == "JUDGE_VM_RUNTIME=machines"


@pytest.mark.parametrize("arguments", [[], ["--network=none", "--ignore-cgroups"], ["--network=none"]])
def test_a_runtime_with_loose_arguments_is_noticed(arguments: list[str]) -> None:
    """Of its own gVisor needs no network; cells are not bounded without control groups, nor do they talk by FIFOs."""
    info = INFO | {"Runtimes": {"runsc": {"path": "/usr/bin/runsc", "runtimeArgs": arguments}}}

    found = statuses(daemon.findings(Isolation.GVISOR, info, CLOSED, told(), runtime="runsc"))

    assert found["engine.runtime"] is Status.WARN


def test_the_engines_options_are_read(tmp_path: Path) -> None:
    """From its settings and its command line, in all the ways they can be written."""
    process = tmp_path / "proc/42"
    process.mkdir(parents=True)
    words = (
        "/usr/sbin/dockerd",
        "-H",
        "tcp://1.2.3.4:2375",
        "--host=fd://",
        "--icc=false",
        "--tlsverify",
        "-l",
        "warn",
    )
    (process / "cmdline").write_bytes("\0".join(words).encode() + b"\0")
    settings = tmp_path / "etc/docker/daemon.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"hosts": ["unix:///x"], "live-restore": true, "default-ulimits": {"nofile": {"Hard": 1}}}')

    found = options.read(Tree(tmp_path))

    assert found.is_seen
    assert found.all("hosts") == ("unix:///x", "tcp://1.2.3.4:2375", "fd://")
    assert not found.is_on("icc", default=True)
    assert found.is_on("tlsverify", default=False)
    assert found.is_on("live-restore", default=False)
    assert found.last("log-level") == "warn"
    assert found.all("default-ulimits") == ("nofile",)
    assert found.last("cgroup-parent") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "\0"])
def test_settings_that_make_no_sense_are_none(text: str, tmp_path: Path) -> None:
    """The engine would not have started with them."""
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/daemon.json").write_text(text)

    assert options.read(Tree(tmp_path)) == options.Options(values={}, is_seen=False)
