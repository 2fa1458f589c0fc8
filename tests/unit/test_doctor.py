"""What ``judge doctor`` makes of hosts and engines: recorded and written trees, and engines' answers."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from judge.config import Isolation
from judge.doctor import ordered
from sandbox.doctor import daemon, files, images, kernel, options, runtimes, steadiness
from sandbox.doctor.finding import Check, Finding, Status
from sandbox.doctor.tree import Tree

CONTAINER, LOCAL = Isolation.CONTAINER, Isolation.LOCAL

#: A well-kept host with control groups of version 2, as Debian 13 shows itself.
WELL = {
    "proc/sys/kernel/osrelease": "6.12.48-amd64",
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc",
    "proc/sys/user/max_user_namespaces": "96365",
    "proc/sys/kernel/dmesg_restrict": "1",
    "proc/sys/kernel/kptr_restrict": "2",
    "proc/sys/kernel/unprivileged_bpf_disabled": "2",
    "proc/sys/kernel/io_uring_disabled": "2",
    "proc/sys/kernel/perf_event_paranoid": "3",
    "proc/sys/kernel/randomize_va_space": "2",
    "proc/sys/kernel/core_pattern": "core",
    "proc/swaps": "Filename\tType\tSize\tUsed\tPriority",
    "sys/devices/system/cpu/smt/active": "0",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance",
    "sys/devices/system/cpu/cpufreq/boost": "0",
    "sys/devices/system/cpu/vulnerabilities/meltdown": "Mitigation: PTI",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
    "sys/fs/selinux/enforce": "1",
}

#: What has to be noticed: the file that is otherwise, and the finding that says so.
WORSE = [
    ("proc/sys/kernel/osrelease", "5.4.0-200-generic", "host.kernel", Status.FAIL),
    ("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids", "host.cgroups", Status.FAIL),
    ("proc/sys/user/max_user_namespaces", "0", "host.user-namespaces", Status.FAIL),
    ("proc/sys/user/max_user_namespaces", None, "host.user-namespaces", Status.FAIL),
    ("proc/sys/kernel/unprivileged_userns_clone", "0", "host.user-namespaces", Status.FAIL),
    ("proc/sys/kernel/dmesg_restrict", "0", "host.dmesg-restrict", Status.WARN),
    ("proc/sys/kernel/kptr_restrict", "0", "host.kptr-restrict", Status.WARN),
    ("proc/sys/kernel/unprivileged_bpf_disabled", "0", "host.unprivileged-bpf-disabled", Status.WARN),
    ("proc/sys/kernel/io_uring_disabled", "0", "host.io-uring-disabled", Status.WARN),
    ("proc/sys/kernel/perf_event_paranoid", "1", "host.perf-event-paranoid", Status.WARN),
    ("proc/sys/kernel/randomize_va_space", "0", "host.randomize-va-space", Status.WARN),
    ("proc/sys/kernel/core_pattern", "|/usr/share/apport/apport %p", "host.core-pattern", Status.WARN),
    ("proc/swaps", "Filename Type Size\n/dev/sda2 partition 100", "host.swap", Status.WARN),
    ("sys/devices/system/cpu/smt/active", "1", "host.smt", Status.WARN),
    ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave", "host.governor", Status.WARN),
    ("sys/devices/system/cpu/cpufreq/boost", "1", "host.boost", Status.WARN),
    ("sys/devices/system/cpu/intel_pstate/no_turbo", "0", "host.boost", Status.WARN),
    ("sys/devices/system/cpu/vulnerabilities/mds", "Vulnerable: no microcode", "host.mitigations", Status.WARN),
    ("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet", "host.clock", Status.WARN),
    ("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never", "host.huge-pages", Status.WARN),
    ("sys/fs/selinux/enforce", "0", "host.lsm", Status.WARN),
    ("sys/fs/selinux/enforce", None, "host.lsm", Status.WARN),
    ("sys/devices/system/cpu/smt/active", None, "host.smt", Status.SKIP),
    ("proc/sys/kernel/io_uring_disabled", None, "host.io-uring-disabled", Status.SKIP),
]


def written(folder: Path, changes: Mapping[str, str | None] | None = None) -> Tree:
    """The well-kept host below ``folder``, with those files otherwise, or gone."""
    for name, text in {**WELL, **(changes or {})}.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
    return Tree(folder)


def statuses(findings: Iterable[Finding]) -> dict[str, Status]:
    found = list(findings)
    assert len({finding.id for finding in found}) == len(found)
    return {finding.id: finding.status for finding in found}


def differing(before: Mapping[str, Status], after: Mapping[str, Status]) -> set[str]:
    return {name for name in after if after[name] is not before[name]}


def of_host(tree: Tree, isolation: Isolation = CONTAINER) -> dict[str, Status]:
    return statuses([*kernel.findings(isolation, tree), *steadiness.findings(tree)])


def test_a_well_kept_host_has_nothing_to_mend(tmp_path: Path) -> None:
    """Everything passes, with control groups of version 2 as with version 1."""
    # Landlock is asked of the kernel that runs, not of the tree.
    assert set(of_host(written(tmp_path)).values()) - {Status.PASS} <= {Status.WARN}
    found = of_host(written(tmp_path))
    del found["host.landlock"]
    assert set(found.values()) == {Status.PASS}

    (tmp_path / "sys/fs/cgroup/cgroup.controllers").unlink()
    lines = [f"{n} 1 0:3{n} / /sys/fs/cgroup/{c} rw - cgroup cgroup rw,{c}" for n, c in enumerate(("memory", "cpuset"))]
    lines += ["9 1 0:39 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct", "8 1 0:5 / /x rw - cgroup c rw,pids"]
    (tmp_path / "proc/self").mkdir()
    (tmp_path / "proc/self/mountinfo").write_text("\n".join(lines))
    assert of_host(Tree(tmp_path))["host.cgroups"] is Status.PASS


@pytest.mark.parametrize(("name", "text", "finding", "status"), WORSE)
def test_what_is_otherwise_is_noticed(
    name: str, text: str | None, finding: str, status: Status, tmp_path: Path
) -> None:
    """Each of them changes its own finding and no other."""
    before = of_host(written(tmp_path / "well"))

    after = of_host(written(tmp_path / "worse", {name: text}))

    assert after[finding] is status
    assert differing(before, after) == {finding}


def test_level_local_needs_no_control_groups(tmp_path: Path) -> None:
    """Processes are watched one by one there; user namespaces are needed all the more."""
    tree = written(tmp_path, {"sys/fs/cgroup/cgroup.controllers": None, "proc/sys/user/max_user_namespaces": "0"})

    found = of_host(tree, LOCAL)

    assert found["host.cgroups"] is Status.SKIP
    assert found["host.user-namespaces"] is Status.FAIL


def test_ubuntus_restriction_is_explained(tmp_path: Path) -> None:
    """Where only programs with a profile may make user namespaces, launchers without one cannot make boxes."""
    tree = written(tmp_path, {"proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"})

    found = next(finding for finding in kernel.findings(LOCAL, tree) if finding.id == "host.user-namespaces")

    assert found.status is Status.FAIL
    assert "apparmor_restrict_unprivileged_userns" in found.found
    assert "apparmor_restrict_unprivileged_userns=0" in found.mend


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.1.5+ds1", (1, 1, 5, runtimes._FINAL)),
        ("1.4.0-rc.3", (1, 4, 0, 3)),
        ("1.0.0~rc93+ds1", (1, 0, 0, 93)),
        ("1.0.0-rc6+dev", (1, 0, 0, 6)),
        ("v1.3.3", (1, 3, 3, runtimes._FINAL)),
        ("1.3.3-0ubuntu1~24.04.3", (1, 3, 3, runtimes._FINAL)),
        ("29.0", (29, 0, 0, runtimes._FINAL)),
        ("release-20240729.0", None),
    ],
)
def test_versions_compare(text: str, version: runtimes.Version | None) -> None:
    """Distributions' and candidates' versions are read like releases."""
    assert runtimes.parse(text) == version


@pytest.mark.parametrize(
    ("text", "holes"),
    [
        ("1.0.0-rc6", "5736 31133 52565 52881"),
        ("1.0.0-rc93", "21626 31133 52565 52881"),
        ("1.1.11", "21626 31133 52565 52881"),
        ("1.1.12", "31133 52565 52881"),
        ("1.2.7", "31133 52565 52881"),
        ("1.2.8", ""),
        ("1.3.2", "31133 52565 52881"),
        ("1.3.3", ""),
        ("1.4.0-rc.2", "31133 52565 52881"),
        ("1.4.0-rc.3", ""),
        ("1.4.0", ""),
        ("2.0.0", ""),
    ],
)
def test_holes_of_runc_are_known(text: str, holes: str) -> None:
    """A version has the holes that its own series had mended later, and those that no series had mended yet."""
    version = runtimes.parse(text)
    assert version is not None

    assert [hole.cve.rpartition("-")[2] for hole in runtimes.RUNC_HOLES if hole.is_in(version)] == holes.split()


def engine_of(runc: str) -> dict[str, Any]:
    return {"Components": [{"Name": "runc", "Version": runc}]}


def test_a_runtime_with_a_known_escape_fails(tmp_path: Path) -> None:
    """Whatever else is well; a runtime that is not used at a level does not count there."""
    for runc, status in (("1.1.12", Status.FAIL), ("1.3.3", Status.PASS), ("unknown", Status.WARN)):
        found = statuses(runtimes.findings(CONTAINER, INFO, engine_of(runc), Tree(tmp_path)))
        assert found["runtime.escapes"] is status
    assert (
        statuses(runtimes.findings(LOCAL, INFO, engine_of("1.1.12"), Tree(tmp_path)))["runtime.escapes"] is Status.SKIP
    )


def test_a_mended_package_is_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A distribution's changelog, or what is known of one, tells what its old version does not have any more."""
    package = tmp_path / "bin/dpkg-query"
    package.parent.mkdir()
    package.write_text("#!/bin/sh\nprintf 'installed 1.1.5+ds1-1+deb12u1'\n")
    package.chmod(0o755)
    monkeypatch.setenv("PATH", f"{package.parent}:{os.environ['PATH']}")

    found = next(f for f in runtimes.findings(CONTAINER, INFO, engine_of("1.1.5+ds1"), Tree(tmp_path)) if f.cis is None)
    assert "mended in this package: CVE-2024-21626" in found.found
    assert found.status is Status.FAIL

    changelog = tmp_path / "usr/share/doc/runc/changelog.Debian.gz"
    changelog.parent.mkdir(parents=True)
    changelog.write_bytes(gzip.compress(b"* CVE-2025-31133, CVE-2025-52565, CVE-2025-52881: mended"))
    found = next(f for f in runtimes.findings(CONTAINER, INFO, engine_of("1.1.5+ds1"), Tree(tmp_path)) if f.cis is None)
    assert found.status is Status.PASS

    # A runc that did not come with the package is not mended by it.
    found = next(f for f in runtimes.findings(CONTAINER, INFO, engine_of("1.1.6"), Tree(tmp_path)) if f.cis is None)
    assert found.status is Status.FAIL


#: A well-kept engine's answer to ``docker info``, as far as it is looked at.
INFO: dict[str, Any] = {
    "ServerVersion": "28.2.2",
    "Driver": "overlay2",
    "MemoryLimit": True,
    "SwapLimit": True,
    "PidsLimit": True,
    "CPUSet": True,
    "CgroupVersion": "2",
    "LiveRestoreEnabled": True,
    "ExperimentalBuild": False,
    "DefaultRuntime": "runc",
    "Runtimes": {
        "runc": {"path": "runc"},
        "io.containerd.runc.v2": {"path": "runc"},
        "runsc": {"path": "/usr/bin/runsc", "runtimeArgs": ["--network=none", "--host-fifo=open"]},
        "machines": {"runtimeType": "io.containerd.kata.v2"},
    },
    "SecurityOptions": ["name=seccomp,profile=builtin", "name=userns", "name=no-new-privileges"],
    "RegistryConfig": {"InsecureRegistryCIDRs": ["::1/128", "127.0.0.0/8"], "IndexConfigs": {"a": {"Secure": True}}},
    "Swarm": {"LocalNodeState": "inactive"},
    "Plugins": {"Authorization": None},
}
CLOSED = {"com.docker.network.bridge.enable_icc": "false"}


def told(**values: str) -> options.Options:
    named = {name.replace("_", "-"): (value,) for name, value in {"userland_proxy": "False", **values}.items()}
    return options.Options(values=named, is_seen=True)


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


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: owners are looked at")
@pytest.mark.parametrize(
    ("mode", "uid", "status"),
    [
        (0o644, 0, Status.PASS),
        (0o600, 0, Status.PASS),
        (0o755, 0, Status.WARN),
        (0o664, 0, Status.FAIL),
        (0o646, 0, Status.FAIL),
        (0o644, 1234, Status.FAIL),
    ],
)
def test_files_that_others_could_change_fail(mode: int, uid: int, status: Status, tmp_path: Path) -> None:
    """Whoever may write the engine's settings is root; a wider permission that harms less is a warning."""
    path = tmp_path / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    path.chmod(mode)
    os.chown(path, uid, 0)

    found = statuses(files.findings(told(), Tree(tmp_path), data_root=None))

    assert found["files.settings"] is status
    assert found["files.service"] is Status.SKIP


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ("", Status.WARN),
        ("-w /etc/docker/daemon.json -p wa -k docker\n", Status.WARN),
        ("# -w /etc/docker -k docker\n", Status.WARN),
        ("-w /etc/docker -p wa -k docker\n", Status.PASS),
        ("-a always,exit -F dir=/etc/docker/ -F perm=wa -k docker\n", Status.PASS),
    ],
)
def test_files_that_nobody_watches_are_named(
    rules: str, status: Status, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule for a folder covers what is in it, a comment covers nothing."""
    monkeypatch.setattr("sandbox.doctor.files.shutil.which", lambda *_, **__: None)
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/daemon.json").write_text("{}")
    (tmp_path / "etc/audit/rules.d").mkdir(parents=True)
    (tmp_path / "etc/audit/rules.d/docker.rules").write_text(rules)

    found = next(f for f in files.findings(told(), Tree(tmp_path), data_root=None) if f.id == "files.audit")

    assert found.status is status
    assert ("/etc/docker (1.1.6)" in found.found) is (status is Status.WARN)


def test_programs_that_give_rights_are_found_in_images(tmp_path: Path) -> None:
    """In any layer; a link to one, a folder or a plain program is none."""
    layers = [tmp_path / "upper", tmp_path / "lower"]
    for layer in layers:
        (layer / "usr/bin").mkdir(parents=True)
    (layers[0] / "usr/bin").chmod(0o2755)
    image = {
        "Config": {"User": "65534:65534"},
        "GraphDriver": {"Data": {"UpperDir": str(layers[0]), "LowerDir": str(layers[1])}},
    }
    assert set(statuses(images.findings({"x": image})).values()) == {Status.PASS}

    program = layers[1] / "usr/bin/su"
    program.write_text("")
    program.chmod(0o4755)
    found = {finding.id: finding for finding in images.findings({"x": image})}
    assert found["image.setuid"].status is Status.FAIL
    assert "x: /usr/bin/su" in found["image.setuid"].found


@pytest.mark.parametrize(("user", "status"), [("", Status.FAIL), ("0:0", Status.FAIL), ("root", Status.FAIL)])
def test_images_that_give_root_fail(user: str, status: Status) -> None:
    """No user named is root."""
    assert statuses(images.findings({"x": {"Config": {"User": user}}}))["image.user"] is status


def test_the_worst_comes_first() -> None:
    """Failures, then warnings, then the rest; what is equally bad stays in its order."""
    check = Check(id="a.b", title="", why="", mend="")
    mixed = [check.skipped("1"), check.passed("2"), check.warned("3"), check.failed("4"), check.passed("5")]

    assert [finding.found for finding in ordered(mixed)] == ["4", "3", "2", "5", "1"]
