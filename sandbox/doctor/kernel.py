"""The kernel: what the walls and limits stand on, and the switches that decide how much of it a program can reach."""

from __future__ import annotations

import ctypes
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from judge.config import Isolation
from sandbox import apparmor
from sandbox.doctor.finding import Check, Finding
from sandbox.doctor.tree import Tree

#: By what the launcher asks for: ``clone3``, ``openat2``, ``close_range``, ``nosymfollow``, ``subset=pid``.
_OLDEST_KERNEL = (5, 10)
#: Without these a run's memory, processes, core or time cannot be bounded or seen.
_CONTROLLERS = ("memory", "pids", "cpuset", "cpuacct")
#: System call number of ``landlock_create_ruleset`` on every architecture, and its flag that asks for the version.
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_VERSION = 1

_KERNEL = Check(
    id="host.kernel",
    title="Kernel version",
    why="Boxes are made with calls and mount options that older kernels lack.",
    mend="install a kernel of a current distribution release",
    is_needed=True,
)
_CGROUPS = Check(
    id="host.cgroups",
    title="Control groups with memory, pids, cpuset and CPU accounting",
    why="Limits of memory and processes, the pinned core and the CPU time of all processes come from them.",
    mend="boot without `cgroup_disable=`; on Debian and Raspberry Pi add `cgroup_enable=memory swapaccount=1`",
    is_needed=True,
)
_USER_NAMESPACES = Check(
    id="host.user-namespaces",
    title="Unprivileged user namespaces",
    why="The launcher makes each box in a user namespace of its own, as a user without capabilities.",
    mend="sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=31000",
    is_needed=True,
)
_LANDLOCK = Check(
    id="host.landlock",
    title="Landlock",
    why="With it a box refuses writes outside its own folders a second time, whatever mounts are there.",
    mend="use a kernel with CONFIG_SECURITY_LANDLOCK and `landlock` in its `lsm=` list",
)
_LSM = Check(
    id="host.lsm",
    title="AppArmor or SELinux",
    why="A third wall around cells, for which the kernel is asked whatever a program's user and capabilities are.",
    mend="enable AppArmor: `apt-get install apparmor`, boot with `apparmor=1 security=apparmor`",
)
_MITIGATIONS = Check(
    id="host.mitigations",
    title="Mitigations of processor vulnerabilities",
    why="Without them a submission can read memory of the kernel and of its neighbours by speculation.",
    mend="remove `mitigations=off` from the kernel's command line, `apt-get install amd64-microcode intel-microcode`; "
    "for a virtual machine both on its host",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Switch:
    """A number below /proc/sys with the values that are well."""

    check: Check
    path: str
    is_well: Callable[[int], bool]
    #: What its absence means.
    absent: str = "this kernel has no such switch"


def _switch(name: str, title: str, why: str, is_well: Callable[[int], bool], mend: str, absent: str = "") -> _Switch:
    last = name.rpartition(".")[2].replace("_", "-")
    check = Check(id=f"host.{last}", title=f"{title}: {name}", why=why, mend=mend)
    path = "/proc/sys/" + name.replace(".", "/")
    return _Switch(check=check, path=path, is_well=is_well, absent=absent or "this kernel has no such switch")


_SWITCHES = (
    _switch(
        "kernel.dmesg_restrict",
        "Kernel log",
        "The kernel's log tells addresses, devices and other people's crashes to whoever may read it.",
        lambda value: value >= 1,
        "sysctl -w kernel.dmesg_restrict=1",
    ),
    _switch(
        "kernel.kptr_restrict",
        "Kernel addresses",
        "Addresses of the kernel are half of an exploit; 1 hides them from users, 2 from root too.",
        lambda value: value >= 1,
        "sysctl -w kernel.kptr_restrict=2",
    ),
    _switch(
        "kernel.unprivileged_bpf_disabled",
        "Unprivileged BPF",
        "The BPF verifier is a rich source of kernel holes. Boxes refuse the call; this is behind it.",
        lambda value: value >= 1,
        "sysctl -w kernel.unprivileged_bpf_disabled=1",
        "this kernel has no BPF",
    ),
    _switch(
        "kernel.io_uring_disabled",
        "Asynchronous input and output",
        "io_uring is young and large, and works around system-call filters. Boxes refuse it; this is behind it.",
        lambda value: value >= 1,
        "sysctl -w kernel.io_uring_disabled=2",
        "this kernel has no such switch: it came with 6.6",
    ),
    _switch(
        "kernel.perf_event_paranoid",
        "Performance events",
        "Performance counters are a precise side channel and have had holes. Boxes refuse them; this is behind it.",
        lambda value: value >= 2,
        "sysctl -w kernel.perf_event_paranoid=3",
    ),
    _switch(
        "kernel.randomize_va_space",
        "Address space randomisation",
        "An exploit of a compiler, interpreter or validator then has to guess addresses. It costs runs nothing.",
        lambda value: value == 2,
        "sysctl -w kernel.randomize_va_space=2",
    ),
)


def findings(isolation: Isolation, tree: Tree) -> Iterator[Finding]:
    """What the kernel gives, and what it leaves open."""
    yield _kernel(platform.release() if tree.root.parts == ("/",) else tree.text("/proc/sys/kernel/osrelease") or "")
    yield _cgroups(isolation, tree)
    yield _user_namespaces(isolation, tree)
    yield _landlock(landlock_version())
    yield _lsm(tree)
    yield from (_switched(switch, tree) for switch in _SWITCHES)
    yield _mitigations(tree)


def landlock_version() -> int:
    """The version of Landlock that this kernel has; 0: none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)))


def controllers(tree: Tree) -> tuple[int, frozenset[str]]:
    """The version of control groups, and the controllers that can be used; ``cpu`` of version 2 does the accounting."""
    unified = tree.text("/sys/fs/cgroup/cgroup.controllers")
    if unified is not None:
        found = frozenset(unified.split())
        return 2, found | {"cpuacct"} if "cpu" in found else found
    names: set[str] = set()
    for line in (tree.text("/proc/self/mountinfo") or "").splitlines():
        _, _, rest = line.partition(" - ")
        kind, _, options = rest.partition(" ")
        if kind == "cgroup":
            names.update(options.rpartition(" ")[2].split(","))
    return (1 if names else 0), frozenset(names) & {*_CONTROLLERS, "cpu", "freezer", "devices", "blkio"}


def _kernel(release: str) -> Finding:
    numbers = re.match(r"(\d+)\.(\d+)", release)
    is_new = numbers is not None and (int(numbers[1]), int(numbers[2])) >= _OLDEST_KERNEL
    return _KERNEL.passed_if(is_new, f"Linux {release}; {'.'.join(map(str, _OLDEST_KERNEL))} or newer is needed")


def _cgroups(isolation: Isolation, tree: Tree) -> Finding:
    if isolation is Isolation.LOCAL:
        return _CGROUPS.skipped("at level local processes are watched one by one")
    version, found = controllers(tree)
    missing = [name for name in _CONTROLLERS if name not in found]
    if missing:
        return _CGROUPS.failed(f"version {version or 'none'}, without {', '.join(missing)}")
    return _CGROUPS.passed(f"version {version}: {', '.join(sorted(found))}")


def _user_namespaces(isolation: Isolation, tree: Tree) -> Finding:
    if isolation.value in {"gvisor", "vm"}:
        return _USER_NAMESPACES.skipped(f"at level {isolation} boxes use another kernel's")
    if tree.number("/proc/sys/kernel/unprivileged_userns_clone") == 0:
        return _USER_NAMESPACES.failed("kernel.unprivileged_userns_clone is 0")
    most = tree.number("/proc/sys/user/max_user_namespaces")
    if most is None:
        return _USER_NAMESPACES.failed("this kernel has no user namespaces (CONFIG_USER_NS)")
    if most == 0:
        return _USER_NAMESPACES.failed("user.max_user_namespaces is 0")
    if tree.number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1:
        return _restricted(isolation)
    return _USER_NAMESPACES.passed(f"allowed, {most} at a time")


def _restricted(isolation: Isolation) -> Finding:
    """Ubuntu's restriction lifts for cells by their profile; at level ``local`` nothing has one."""
    off = "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    found = "only for programs whose AppArmor profile allows it (kernel.apparmor_restrict_unprivileged_userns is 1)"
    if isolation is Isolation.LOCAL:
        return _USER_NAMESPACES.failed(f"{found}, and the launcher has none at level local", mend=off)
    if trouble := apparmor.trouble():
        return _USER_NAMESPACES.failed(f"{found}; {trouble}", mend=f"apt-get install apparmor, or {off}")
    return _USER_NAMESPACES.passed(f"{found}; the profile {apparmor.NAME} does")


def _landlock(version: int) -> Finding:
    return _LANDLOCK.passed_or_warned(version > 0, f"ABI version {version}" if version else "this kernel has none")


def _lsm(tree: Tree) -> Finding:
    """What the kernel was started with; a profile of the cell is looked at on the cell."""
    if tree.text("/sys/module/apparmor/parameters/enabled") == "Y":
        if trouble := apparmor.trouble():
            return _LSM.warned(trouble, mend="apt-get install apparmor, then `judge doctor` as root")
        return _LSM.passed(f"AppArmor; the profile {apparmor.NAME} can be used")
    if (enforcing := tree.number("/sys/fs/selinux/enforce")) is not None:
        return _LSM.passed_or_warned(enforcing == 1, f"SELinux, {'enforcing' if enforcing else 'permissive'}")
    return _LSM.warned("neither")


def _switched(switch: _Switch, tree: Tree) -> Finding:
    value = tree.number(switch.path)
    if value is None:
        return switch.check.skipped(switch.absent)
    return switch.check.passed_or_warned(switch.is_well(value), f"it is {value}")


def _mitigations(tree: Tree) -> Finding:
    files = tree.glob("/sys/devices/system/cpu/vulnerabilities/*")
    if not files:
        return _MITIGATIONS.skipped("the kernel does not say")
    said = {path.name: path.read_text(errors="replace").strip() for path in files}
    open_ones = [f"{name}: {text}" for name, text in said.items() if text.lower().startswith("vulnerable")]
    if open_ones:
        return _MITIGATIONS.warned("; ".join(open_ones))
    return _MITIGATIONS.passed(f"{len(said)} known, each mitigated or none of this processor's")
