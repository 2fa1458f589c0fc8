"""What ``judge doctor`` makes of hosts: recorded and written trees."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from judge.config import Isolation
from judge.doctor import ordered
from sandbox.doctor import kernel, runtimes, steadiness
from sandbox.doctor.finding import Check, Status
from sandbox.doctor.tree import Tree
from tests.hosts import CONTAINER, INFO, LOCAL, differing, statuses, written

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


def test_the_worst_comes_first() -> None:
    """Failures, then warnings, then the rest; what is equally bad stays in its order."""
    check = Check(id="a.b", title="", why="", mend="")
    mixed = [check.skipped("1"), check.passed("2"), check.warned("3"), check.failed("4"), check.passed("5")]

    assert [finding.found for finding in ordered(mixed)] == ["4", "3", "2", "5", "1"]
