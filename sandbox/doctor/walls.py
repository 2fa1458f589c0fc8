"""The walls of a real cell: what its process may do, see and reach."""

from __future__ import annotations

import pwd
from collections.abc import Iterator
from pathlib import Path

from judge.config import Isolation
from sandbox import apparmor
from sandbox.cell import launcher_path
from sandbox.doctor.finding import Finding
from sandbox.doctor.seen import Cell, cell_check

#: Of the benchmark's, and some more: nothing of a host belongs into a cell from there.
_SENSITIVE = ("/boot", "/dev", "/etc", "/lib", "/proc", "/run", "/sys", "/usr", "/var/lib/docker", "/var/run")
#: Which namespaces the process at each level has to have. Processes of a gVisor cell have numbers of gVisor's only.
_NAMESPACES_SEEN = {
    "container": ("pid", "ipc", "uts", "net", "mnt", "cgroup"),
    "gvisor": ("ipc", "uts", "net", "mnt", "user"),
}
#: What runs a virtual machine of Kata Containers.
_MACHINES = ("qemu", "cloud-hypervisor", "firecracker", "dragonball", "stratovirt", "kata")


_RUNTIME = cell_check(
    "runtime", "It runs in the level's runtime", "A level that is not the one asked for is no wall.", is_needed=True
)
_PRIVILEGED = cell_check("privileged", "Not privileged", "Privileged is root on the host.", cis="5.5", is_needed=True)
_USER = cell_check(
    "user",
    "A user that is nobody on the host",
    "What breaks out of a cell is then a user without files, groups or neighbours.",
    cis="4.1",
    is_needed=True,
)
_CAPABILITIES = cell_check(
    "capabilities",
    "No capability",
    "Each is a part of root's power. What the launcher holds counts in its own user namespace only.",
    cis="5.4",
    is_needed=True,
)
_NO_NEW_PRIVILEGES = cell_check(
    "no-new-privileges",
    "No new privileges",
    "No setuid program in a cell gives anybody anything.",
    cis="5.26",
    is_needed=True,
)
_SECCOMP = cell_check(
    "seccomp",
    "System calls are filtered",
    "The kernel has hundreds of entries; a cell needs few.",
    cis="5.22",
    is_needed=True,
)
_APPARMOR = cell_check(
    "apparmor", "AppArmor profile", "A third wall, asked for whatever a program's user and capabilities are.", cis="5.2"
)
_SELINUX = cell_check("selinux", "SELinux label", "The same by other means.", cis="5.3")
_NETWORK = cell_check(
    "network",
    "No network",
    "What cannot be reached cannot be attacked, and no answer gets in or out.",
    cis="5.8, 5.9, 5.10, 5.14, 5.30",
    is_needed=True,
)
_NAMESPACES = cell_check(
    "namespaces",
    "Namespaces of its own",
    "Processes, queues, names and mounts of the host are not to be seen.",
    cis="5.16, 5.17, 5.21, 5.31",
    is_needed=True,
)
_ROOT = cell_check("root", "Read-only root", "Nothing that a judging leaves behind is there for the next.", cis="5.13")
_DEVICES = cell_check("devices", "No devices of the host", "A device is a way around everything else.", cis="5.18")
_MOUNTS = cell_check(
    "mounts", "No folders of the host's system", "What is mounted there can be read, and more if writable.", cis="5.6"
)
_SOCKET = cell_check("engine-socket", "No engine socket", "Whoever has it is root on the host.", cis="5.32")
_PROPAGATION = cell_check(
    "mount-propagation", "Mounts stay inside", "A shared mount would show a cell's mounts to the host.", cis="5.20"
)
_RESTART = cell_check("restart", "Never restarted", "A cell serves one judging, and then is no more.", cis="5.15")
_PARENT = cell_check("cgroup-parent", "Control group of the engine's", "Another has other limits.", cis="5.25")
_PROC = cell_check(
    "proc",
    "The cell's /proc",
    "The kernel allows a box its own /proc, with its own processes only, where the cell's is whole. Who breaks "
    "out of a box can read all of it, and write nothing: see docs/adr/0007-proc.md.",
)


def findings(cell: Cell) -> Iterator[Finding]:
    """Everything there is to see of it from outside."""
    yield _runtime(cell)
    yield _PRIVILEGED.passed_if(
        not cell.asked.get("Privileged"), "privileged" if cell.asked.get("Privileged") else "no"
    )
    yield _user(cell)
    yield _capabilities(cell)
    yield _no_new_privileges(cell)
    yield _seccomp(cell)
    yield _apparmor(cell)
    yield _selinux(cell)
    yield _network(cell)
    yield _namespaces(cell)
    is_read_only = bool(cell.asked.get("ReadonlyRootfs"))
    yield _ROOT.passed_if(is_read_only, "read-only" if is_read_only else "writable")
    yield from _mounts(cell)
    restart = str((cell.asked.get("RestartPolicy") or {}).get("Name") or "no")
    yield _RESTART.passed_if(restart == "no", restart)
    parent = str(cell.asked.get("CgroupParent") or "")
    yield _PARENT.passed_or_warned(not parent, parent or "the engine's own")
    yield _proc(cell)


def _runtime(cell: Cell) -> Finding:
    """By the process that is really there, whatever a runtime is called."""
    words = (cell.tree.text(f"{cell.proc}/cmdline") or "").split("\0")
    if words == [""]:
        return _RUNTIME.skipped("its process cannot be seen from here")
    program = words[0].rpartition("/")[2]
    named = f"runtime {cell.asked.get('Runtime')}; its process is {program}"
    if cell.isolation.value == "gvisor":
        return _RUNTIME.passed_if(program.startswith("runsc"), named)
    if cell.isolation.value == "vm":
        return _RUNTIME.passed_if(any(word in program for word in _MACHINES), named)
    return _RUNTIME.passed_if(program == "launcher", named)


def _user(cell: Cell) -> Finding:
    said = cell.status("Uid") if cell.isolation is Isolation.CONTAINER else None
    uids = {int(word) for word in said.split()} if said else {_asked_user(cell)}
    named = ", ".join(map(str, sorted(uids)))
    if 0 in uids:
        return _USER.failed(f"root ({named})")
    if accounts := [name for uid in uids if (name := _account(uid)) is not None]:
        return _USER.warned(f"{named}, which is {', '.join(accounts)} on the host", mend="remove that account")
    return _USER.passed(f"user {named}, of whom the host knows nothing")


def _asked_user(cell: Cell) -> int:
    """The user that the engine was asked for; a name may be anybody's."""
    user = str(cell.facts["Config"].get("User") or "").partition(":")[0]
    return int(user) if user.isdigit() else 0


def _account(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _capabilities(cell: Cell) -> Finding:
    added = [str(word) for word in cell.asked.get("CapAdd") or ()]
    dropped = {str(word).upper() for word in cell.asked.get("CapDrop") or ()}
    if added or "ALL" not in dropped:
        return _CAPABILITIES.failed(f"dropped: {', '.join(dropped) or 'none'}; added: {', '.join(added) or 'none'}")
    effective = int(cell.status("CapEff") or "0", 16)
    if effective == 0:
        return _CAPABILITIES.passed("all dropped, none held")
    if (is_own := _is_own(cell, "user")) is None:
        return _CAPABILITIES.passed("all dropped; where those of process 1 count, only root can see")
    found = f"all dropped; process 1 holds {effective:#x} in {'a user namespace of its own' if is_own else 'the host'}"
    return _CAPABILITIES.passed_if(is_own, found)


def _no_new_privileges(cell: Cell) -> Finding:
    value = cell.status("NoNewPrivs")
    if value is None:
        asked = any(str(word).startswith("no-new-privileges") for word in cell.asked.get("SecurityOpt") or ())
        return _NO_NEW_PRIVILEGES.passed_if(asked, "asked for" if asked else "not asked for")
    return _NO_NEW_PRIVILEGES.passed_if(value == "1", f"NoNewPrivs of process 1 is {value}")


def _seccomp(cell: Cell) -> Finding:
    options = [str(word) for word in cell.asked.get("SecurityOpt") or ()]
    if "seccomp=unconfined" in options:
        return _SECCOMP.failed("unconfined")
    mode = cell.status("Seccomp")
    if mode is None:
        return _SECCOMP.skipped("the kernel's side cannot be seen from here")
    profile = "our profile" if any(word.startswith("seccomp={") for word in options) else "the engine's profile"
    return _SECCOMP.passed_if(mode == "2", f"{profile}; the mode of process 1 is {mode}")


def _apparmor(cell: Cell) -> Finding:
    if cell.tree.text("/sys/module/apparmor/parameters/enabled") != "Y":
        return _APPARMOR.skipped("this kernel runs without AppArmor")
    label = cell.tree.text(f"{cell.proc}/attr/apparmor/current") or cell.tree.text(f"{cell.proc}/attr/current")
    label = label or str(cell.facts.get("AppArmorProfile") or "unconfined")
    if label.startswith("unconfined"):
        return _APPARMOR.warned("unconfined", mend=apparmor.trouble() or "run `judge doctor` as root, and look again")
    return _APPARMOR.passed(label)


def _selinux(cell: Cell) -> Finding:
    if cell.tree.number("/sys/fs/selinux/enforce") is None:
        return _SELINUX.skipped("this kernel runs without SELinux")
    label = str(cell.facts.get("ProcessLabel") or "")
    return _SELINUX.passed_or_warned(bool(label), label or "none: start the engine with --selinux-enabled")


def _network(cell: Cell) -> Finding:
    mode = str(cell.asked.get("NetworkMode"))
    lines = (cell.tree.text(f"{cell.proc}/net/dev") or "").splitlines()[2:]
    devices = sorted(line.partition(":")[0].strip() for line in lines)
    others = [name for name in devices if name != "lo"]
    found = f"mode {mode}; " + (f"devices: {', '.join(devices) or 'none'}" if lines else "its devices cannot be seen")
    # Kernels make some idle tunnels in each new network; without an address or a peer they lead nowhere.
    return _NETWORK.passed_if(
        mode == "none" and not any(name.startswith(("eth", "veth", "en")) for name in others), found
    )


def _namespaces(cell: Cell) -> Finding:
    modes = {kind: str(cell.asked.get(f"{kind}Mode") or "") for kind in ("Pid", "Ipc", "UTS", "Userns")}
    shared = [f"{kind} {mode}" for kind, mode in modes.items() if mode == "host" or mode.startswith("container:")]
    kinds = _NAMESPACES_SEEN.get(cell.isolation.value, ())
    own = {kind: _is_own(cell, kind) for kind in kinds}
    shared += [f"{kind} is the host's" for kind, is_own in own.items() if is_own is False]
    if shared:
        return _NAMESPACES.failed(", ".join(shared))
    if None in own.values():
        return _NAMESPACES.passed("as far as the engine says; only root can see the kernel's side")
    return _NAMESPACES.passed(f"{', '.join(kinds) or 'as far as the engine says'}: none is the host's")


def _is_own(cell: Cell, kind: str) -> bool | None:
    """Whether a namespace of process 1 is another than ours; None where that cannot be seen."""
    try:
        theirs = cell.tree.path(f"{cell.proc}/ns/{kind}").readlink()
        ours = cell.tree.path(f"/proc/self/ns/{kind}").readlink()
    except OSError:
        return None
    return theirs != ours


def _mounts(cell: Cell) -> Iterator[Finding]:
    devices = [str(item.get("PathOnHost")) for item in cell.asked.get("Devices") or ()]
    devices += [str(rule) for rule in cell.asked.get("DeviceCgroupRules") or ()]
    devices += ["a GPU or the like"] if cell.asked.get("DeviceRequests") else []
    yield _DEVICES.passed_if(not devices, ", ".join(devices) or "none")
    mounts = [mount for mount in cell.facts.get("Mounts") or () if mount.get("Type") != "tmpfs"]
    sources = [str(mount.get("Source")) for mount in mounts]
    sensitive = [source for source in sources if _is_sensitive(source)]
    shown = ", ".join(f"{mount.get('Destination')}{'' if mount.get('RW') else ' (read-only)'}" for mount in mounts)
    yield _MOUNTS.passed_if(not sensitive, ", ".join(sensitive) or f"of the host: {shown or 'nothing'}")
    sockets = [source for source in sources if source.endswith((".sock", ".socket"))]
    yield _SOCKET.passed_if(not sockets, ", ".join(sockets) or "none")
    shared = [str(mount.get("Source")) for mount in mounts if "shared" in str(mount.get("Propagation"))]
    yield _PROPAGATION.passed_if(not shared, ", ".join(shared) or "private")


def _is_sensitive(source: str) -> bool:
    """The launcher's binary may be anywhere: wherever this judge is installed."""
    if Path(source) == launcher_path():
        return False
    return source == "/" or any(source == folder or source.startswith(f"{folder}/") for folder in _SENSITIVE)


def _proc(cell: Cell) -> Finding:
    masked = cell.asked.get("MaskedPaths")
    if masked is None or any(path.startswith("/proc") for path in masked):
        return _PROC.passed("parts of it are masked by the engine")
    uid = cell.status("Uid")
    if cell.isolation is Isolation.CONTAINER and uid is not None and "0" in uid.split():
        return _PROC.failed("whole, and process 1 is root")
    return _PROC.passed("whole, so that each box has one of its own processes only; process 1 is an unprivileged user")
