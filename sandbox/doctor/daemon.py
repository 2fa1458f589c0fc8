"""The Docker engine: whether it can enforce what it is asked for, and how open it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from judge.config import Isolation
from sandbox.doctor.finding import Check, Finding
from sandbox.doctor.options import SETTINGS, Options

_LIMITS = Check(
    id="engine.limits",
    title="The engine enforces memory, swap, processes and cores",
    why="A limit that is not enforced is none: a run could take the host's memory, or others' time.",
    mend="mend host.cgroups first; for swap boot with `swapaccount=1`; a rootless engine needs control groups "
    "version 2, and the controllers delegated to it",
    is_needed=True,
)
_SECCOMP = Check(
    id="engine.seccomp",
    title="The engine filters system calls",
    cis="2.17",
    why="Without seccomp a cell can reach all of the kernel.",
    mend="use an engine and a kernel with seccomp, and no `--seccomp-profile=unconfined`",
    is_needed=True,
)
_RUNTIME = Check(
    id="engine.runtime",
    title="The level's runtime",
    why="It is the wall that the level is named after.",
    mend="",
    is_needed=True,
)
_ROOTLESS = Check(
    id="engine.rootless",
    title="The engine's own user",
    cis="2.1",
    why="What takes over an engine that is root has the host.",
    mend="dockerd-rootless-setuptool.sh install, where control groups are version 2",
)
_ICC = Check(
    id="engine.icc",
    title="Traffic between containers on the default bridge",
    cis="2.2",
    why="Cells have no network at all; other containers of this host could reach each other.",
    mend=f'"icc": false in {SETTINGS}, then restart the engine',
)
_LOG_LEVEL = Check(
    id="engine.log-level",
    title="Log level",
    cis="2.3",
    why="Debug logs tell much; anything above info hides what happened.",
    mend=f'"log-level": "info" in {SETTINGS}, without "debug", then restart the engine',
)
_IPTABLES = Check(
    id="engine.iptables",
    title="The engine keeps its own packet filter",
    cis="2.4",
    why="Without it, networks of other containers are as open as the host's own.",
    mend=f'remove "iptables": false from {SETTINGS}, then restart the engine',
)
_REGISTRIES = Check(
    id="engine.insecure-registries",
    title="Registries without TLS",
    cis="2.5",
    why="Images from there can be replaced on the way. Language images are built here and come from none.",
    mend=f'remove "insecure-registries" from {SETTINGS}, then restart the engine',
)
_STORAGE = Check(
    id="engine.storage-driver",
    title="Storage driver",
    cis="2.6",
    why="aufs and devicemapper are no longer mended; vfs copies an image for every cell.",
    mend=f'"storage-driver": "overlay2" in {SETTINGS}, then restart the engine and rebuild the images',
)
_EXPOSURE = Check(
    id="engine.exposure",
    title="Where the engine listens",
    cis="2.7",
    why="Whoever reaches the engine is root on this machine.",
    mend=f"remove tcp:// from `hosts` in {SETTINGS} and from the command line, or set `tlsverify` and certificates",
)
_ULIMITS = Check(
    id="engine.default-ulimits",
    title="Default resource limits of containers",
    cis="2.8",
    why="Cells set their own; other containers of this host have no bounds on open files and processes but these.",
    mend=f'"default-ulimits" in {SETTINGS}, then restart the engine',
)
_USERNS = Check(
    id="engine.userns-remap",
    title="User namespace remapping",
    cis="2.9",
    why="Root of a container is then nobody on the host. Cells run as nobody already; this is one wall more.",
    mend=f'"userns-remap": "default" in {SETTINGS}, with ranges of 300000 ids or more for dockremap in /etc/subuid and '
    "/etc/subgid, since cells use ids from 200000 on; restart the engine and rebuild the images",
)
_CGROUP_PARENT = Check(
    id="engine.cgroup-parent",
    title="Parent control group",
    cis="2.10",
    why="Another parent can bring limits that cells do not know of.",
    mend=f'remove "cgroup-parent" from {SETTINGS}, then restart the engine, unless it is meant',
)
_NO_NEW_PRIVILEGES = Check(
    id="engine.no-new-privileges",
    title="No new privileges by default",
    cis="2.14",
    why="Cells ask for it themselves; other containers of this host do not.",
    mend=f'"no-new-privileges": true in {SETTINGS}, then restart the engine',
)
_LIVE_RESTORE = Check(
    id="engine.live-restore",
    title="Containers outlive a restart of the engine",
    cis="2.15",
    why="Without it, an update of the engine during a contest ends every cell; their judgings are tried again.",
    mend=f'"live-restore": true in {SETTINGS}, then `systemctl reload docker`',
)
_PROXY = Check(
    id="engine.userland-proxy",
    title="Userland proxy",
    cis="2.16",
    why="A program of root's that forwards published ports. Cells publish none.",
    mend=f'"userland-proxy": false in {SETTINGS}, then restart the engine',
)
_EXPERIMENTAL = Check(
    id="engine.experimental",
    title="Experimental features",
    cis="2.18",
    why="They are less tested.",
    mend=f'remove "experimental" from {SETTINGS}, then restart the engine',
)
_SWARM = Check(
    id="engine.swarm",
    title="Swarm mode",
    cis="5.1",
    why="A swarm opens ports, and others then decide what runs on this machine.",
    mend="docker swarm leave --force",
)

#: What the engine says of itself, and the name of the limit.
_LIMITERS = {"MemoryLimit": "memory", "SwapLimit": "swap", "PidsLimit": "processes", "CPUSet": "cores"}
#: Loopback, which every engine trusts.
_LOOPBACK = ("127.", "::1")

#: Names of runtimes, and of the shims that newer engines ask for instead of a program, by level.
RUNTIMES = {
    "container": ("runc", "io.containerd.runc.v2", "crun"),
    "gvisor": ("runsc", "io.containerd.runsc.v1", "gvisor"),
    "vm": ("kata", "kata-runtime", "io.containerd.kata.v2", "kata-qemu", "kata-clh", "kata-fc"),
}
_RUNTIME_MENDS = {
    "container": "apt-get install runc, then restart the engine",
    "gvisor": f'apt-get install runsc (Debian 13), add it to "runtimes" in {SETTINGS} with "runtimeArgs": '
    '["--network=none", "--host-fifo=open"] and no "--ignore-cgroups", then restart the engine',
    "vm": f'install Kata Containers, add it to "runtimes" in {SETTINGS} as "kata": {{"runtimeType": '
    '"io.containerd.kata.v2"}, then restart the engine',
}


def findings(
    isolation: Isolation,
    info: Mapping[str, Any],
    bridge: Mapping[str, str],
    told: Options,
    *,
    runtime: str | None = None,
) -> Iterator[Finding]:
    """What the engine says of itself.

    Args:
        isolation: whose runtime has to be there.
        info: the engine's answer to ``docker info``.
        bridge: options of its default bridge; none where it has no bridge.
        told: what it was told, if it runs on this host.
        runtime: which one cells ask for; None: the default.
    """
    security = [str(word) for word in info.get("SecurityOptions") or ()]
    yield _limits(info)
    yield _seccomp(security)
    yield _runtime(isolation, info, runtime)
    yield _rootless(security)
    yield _icc(bridge)
    yield from _configured(info, told)
    yield _registries(info)
    yield _storage(str(info.get("Driver")))
    yield _exposure(told)
    yield _remap(security)
    yield _NO_NEW_PRIVILEGES.passed_or_warned(
        any("no-new-privileges" in word for word in security) or told.is_on("no-new-privileges", default=False),
        "the engine's default" if told.is_on("no-new-privileges", default=False) else "not the engine's default",
    )
    is_live = bool(info.get("LiveRestoreEnabled"))
    yield _LIVE_RESTORE.passed_or_warned(is_live, "on" if is_live else "off")
    is_experimental = bool(info.get("ExperimentalBuild"))
    yield _EXPERIMENTAL.passed_or_warned(not is_experimental, "on" if is_experimental else "off")
    swarm = str((info.get("Swarm") or {}).get("LocalNodeState") or "inactive")
    yield _SWARM.passed_or_warned(swarm == "inactive", swarm)


def runtime_of(info: Mapping[str, Any], name: str | None) -> tuple[str, Mapping[str, Any]] | None:
    """The name and description of the runtime that containers asking for ``name`` run in; None asks for the default."""
    known: Mapping[str, Mapping[str, Any]] = info.get("Runtimes") or {}
    wanted = name or str(info.get("DefaultRuntime"))
    if wanted in known:
        return wanted, known[wanted]
    # Newer engines take a shim's name without having been told of it before.
    return (wanted, {"runtimeType": wanted}) if wanted.startswith("io.containerd.") else None


def is_for(isolation: Isolation, name: str, described: Mapping[str, Any]) -> bool:
    """Whether a runtime is one of that level's, by its name, its program or the shim's."""
    said = {name, str(described.get("runtimeType")), str(described.get("path")).rpartition("/")[2]}
    return bool(said & {*RUNTIMES[isolation.value]})


def _limits(info: Mapping[str, Any]) -> Finding:
    missing = [name for key, name in _LIMITERS.items() if not info.get(key)]
    if missing:
        return _LIMITS.failed(f"not enforced: {', '.join(missing)}")
    return _LIMITS.passed(f"all four, with control groups version {info.get('CgroupVersion', '1')}")


def _seccomp(security: list[str]) -> Finding:
    said = next((word for word in security if word.startswith("name=seccomp")), None)
    if said is None:
        return _SECCOMP.failed("the engine has no seccomp")
    profile = said.partition("profile=")[2] or "builtin"
    return _SECCOMP.passed_if(profile != "unconfined", f"the engine's own profile is {profile}; cells bring theirs")


def _runtime(isolation: Isolation, info: Mapping[str, Any], wanted: str | None) -> Finding:
    found = runtime_of(info, wanted)
    if found is None:
        return _missing(isolation, info, wanted)
    name, described = found
    arguments = [str(word) for word in described.get("runtimeArgs") or ()]
    if not is_for(isolation, name, described):
        return _RUNTIME.failed(f"{name} is no runtime for level {isolation}", mend=_RUNTIME_MENDS[isolation.value])
    if isolation.value == "gvisor" and "--ignore-cgroups" in arguments:
        return _RUNTIME.warned(f"{name} is told to ignore control groups", mend=_RUNTIME_MENDS["gvisor"])
    if isolation.value == "gvisor" and "--network=none" not in arguments:
        return _RUNTIME.warned(
            f"{name} keeps a network stack ready for cells without network", mend=_RUNTIME_MENDS["gvisor"]
        )
    if isolation.value == "gvisor" and "--host-fifo=open" not in arguments:
        return _RUNTIME.warned(
            f"{name} opens no FIFOs, so that interactive problems cannot be judged", mend=_RUNTIME_MENDS["gvisor"]
        )
    return _RUNTIME.passed(" ".join((name, *arguments)))


def _missing(isolation: Isolation, info: Mapping[str, Any], wanted: str | None) -> Finding:
    known: Mapping[str, Mapping[str, Any]] = info.get("Runtimes") or {}
    named = ", ".join(sorted(known)) or "none"
    close = next((name for name, described in known.items() if is_for(isolation, name, described)), None)
    mend = f"JUDGE_{isolation.value.upper()}_RUNTIME={close}" if close else _RUNTIME_MENDS[isolation.value]
    return _RUNTIME.failed(f"the engine has no runtime {wanted or ''}; there are: {named}", mend=mend)


def _rootless(security: list[str]) -> Finding:
    if any("rootless" in word for word in security):
        return _ROOTLESS.passed("rootless")
    return _ROOTLESS.skipped("the engine is root, as it has to be to pin cores and bound memory everywhere")


def _icc(bridge: Mapping[str, str]) -> Finding:
    if not bridge:
        return _ICC.passed("there is no default bridge")
    is_open = bridge.get("com.docker.network.bridge.enable_icc", "true") == "true"
    return _ICC.passed_or_warned(not is_open, "allowed" if is_open else "forbidden")


def _configured(info: Mapping[str, Any], told: Options) -> Iterator[Finding]:
    """What only the options tell."""
    if not told.is_seen:
        for check in (_LOG_LEVEL, _IPTABLES, _ULIMITS, _CGROUP_PARENT, _PROXY):
            yield check.skipped("no process `dockerd` on this host to ask")
        return
    level = "debug" if info.get("Debug") else told.last("log-level") or "info"
    yield _LOG_LEVEL.passed_or_warned(level == "info", level)
    filters = told.is_on("iptables", default=True)
    yield _IPTABLES.passed_or_warned(filters, "yes" if filters else "no")
    limits = told.all("default-ulimits")
    if limits:
        yield _ULIMITS.passed(", ".join(limits))
    else:
        yield _ULIMITS.skipped("none set; each cell sets its own (cell.ulimits)")
    parent = told.last("cgroup-parent")
    yield _CGROUP_PARENT.passed_or_warned(parent is None, parent or "the default")
    proxies = told.is_on("userland-proxy", default=True)
    yield _PROXY.passed_or_warned(not proxies, "on" if proxies else "off")


def _registries(info: Mapping[str, Any]) -> Finding:
    config = info.get("RegistryConfig") or {}
    ranges = [str(text) for text in config.get("InsecureRegistryCIDRs") or ()]
    insecure = [text for text in ranges if not text.startswith(_LOOPBACK)]
    indexes = config.get("IndexConfigs") or {}
    insecure += [str(name) for name, index in indexes.items() if not index.get("Secure", True)]
    return _REGISTRIES.passed_or_warned(not insecure, ", ".join(insecure) or "none")


def _storage(driver: str) -> Finding:
    if driver in {"aufs", "devicemapper"}:
        return _STORAGE.failed(driver)
    return _STORAGE.passed_or_warned(driver != "vfs", driver)


def _exposure(told: Options) -> Finding:
    if not told.is_seen:
        return _EXPOSURE.skipped("no process `dockerd` on this host to ask")
    open_hosts = [host for host in told.all("hosts") if host.startswith(("tcp://", "http"))]
    if not open_hosts:
        return _EXPOSURE.passed("not on any network")
    said = ", ".join(open_hosts)
    if told.is_on("tlsverify", default=False):
        return _EXPOSURE.passed(f"{said}, for holders of a certificate")
    is_near = all(host.partition("://")[2].startswith(("127.", "localhost", "[::1]")) for host in open_hosts)
    return _EXPOSURE.failed(
        f"{said}, without verified certificates{': to every user of this machine' if is_near else ''}"
    )


def _remap(security: list[str]) -> Finding:
    is_on = any(word.startswith("name=userns") for word in security)
    return _USERNS.passed_or_warned(is_on, "on" if is_on else "off")
