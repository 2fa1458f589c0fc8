"""Hosts and engines as ``judge doctor`` sees them, written on the spot, and what it finds in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from judge.config import Isolation
from sandbox.doctor import options
from sandbox.doctor.finding import Finding, Status
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


def told(**values: str) -> options.Options:
    named = {name.replace("_", "-"): (value,) for name, value in {"userland_proxy": "False", **values}.items()}
    return options.Options(values=named, is_seen=True)
