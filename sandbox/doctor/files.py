"""Files of the engine on this host: who may change them, and whether changes are noticed."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.doctor.finding import Check, Finding
from sandbox.doctor.options import SETTINGS, Options
from sandbox.doctor.tree import Tree

_AUDIT_TIMEOUT_S = 10
_AUDIT_RULES = ("/etc/audit/audit.rules", "/etc/audit/rules.d/*.rules")
_UNITS = ("/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system")

#: What the benchmark wants audited, by its number; the first of the paths that is there.
_AUDITED = {
    "1.1.3": ("/usr/bin/dockerd", "/usr/sbin/dockerd"),
    "1.1.4": ("/run/containerd",),
    "1.1.5": ("/var/lib/docker",),
    "1.1.6": ("/etc/docker",),
    "1.1.7": tuple(f"{folder}/docker.service" for folder in _UNITS),
    "1.1.8": ("/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock"),
    "1.1.9": ("/run/docker.sock",),
    "1.1.10": ("/etc/default/docker",),
    "1.1.11": (SETTINGS,),
    "1.1.12": ("/etc/containerd/config.toml",),
    "1.1.13": ("/etc/sysconfig/docker",),
    "1.1.14": ("/usr/bin/containerd",),
    "1.1.15": ("/usr/bin/containerd-shim",),
    "1.1.16": ("/usr/bin/containerd-shim-runc-v1",),
    "1.1.17": ("/usr/bin/containerd-shim-runc-v2",),
    "1.1.18": ("/usr/bin/runc", "/usr/sbin/runc"),
}

_PARTITION = Check(
    id="files.partition",
    title="Docker's data on a file system of its own",
    cis="1.1.1",
    why="Images and containers that fill the disk then fill nobody else's.",
    mend="mount a file system of its own on the engine's data folder (`docker info -f '{{.DockerRootDir}}'`)",
)
_GROUP = Check(
    id="files.docker-group",
    title="Who may use the Docker socket",
    cis="1.1.2",
    why="Whoever may use it can become root on this machine.",
    mend="gpasswd --delete USER docker",
)
_AUDIT = Check(
    id="files.audit",
    title="Changes of Docker's files are audited",
    cis="1.1.3-1.1.18",
    why="After a break-in, the audit log says which of them were changed, when and by whom.",
    mend="apt-get install auditd, put a line `-w PATH -k docker` for each into /etc/audit/rules.d/docker.rules, "
    "`augenrules --load`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guarded:
    """A file, and the widest it may be open."""

    id: str
    #: Numbers of ownership and of permissions.
    cis: str
    paths: tuple[str, ...]
    mode: int
    group: str = "root"


_GUARDED = (
    _Guarded(id="service", cis="3.1, 3.2", paths=_AUDITED["1.1.7"], mode=0o644),
    _Guarded(id="socket-unit", cis="3.3, 3.4", paths=tuple(f"{f}/docker.socket" for f in _UNITS), mode=0o644),
    _Guarded(id="folder", cis="3.5, 3.6", paths=("/etc/docker",), mode=0o755),
    _Guarded(id="socket", cis="3.15, 3.16", paths=("/run/docker.sock",), mode=0o660, group="docker"),
    _Guarded(id="settings", cis="3.17, 3.18", paths=(SETTINGS,), mode=0o644),
    _Guarded(id="defaults", cis="3.19, 3.20", paths=("/etc/default/docker",), mode=0o644),
    _Guarded(id="sysconfig", cis="3.21, 3.22", paths=("/etc/sysconfig/docker",), mode=0o644),
    _Guarded(id="containerd-socket", cis="3.23, 3.24", paths=_AUDITED["1.1.8"], mode=0o660),
)
#: Files that the engine's options name.
_NAMED = {
    "tlscacert": ("3.9, 3.10", 0o444),
    "tlscert": ("3.11, 3.12", 0o444),
    "tlskey": ("3.13, 3.14", 0o400),
}


def findings(options: Options, tree: Tree, *, data_root: str | None) -> Iterator[Finding]:
    """Every one of them; what is not there is skipped."""
    yield _partition(tree, data_root)
    yield _group()
    yield _audit(tree)
    for guarded in _GUARDED:
        yield _guarded(guarded, tree)
    for name, (cis, mode) in _NAMED.items():
        if path := options.last(name):
            yield _guarded(_Guarded(id=name, cis=cis, paths=(path,), mode=mode), tree)


def _partition(tree: Tree, data_root: str | None) -> Finding:
    if data_root is None or not tree.path(data_root).exists():
        return _PARTITION.skipped("the engine's data is not on this host")
    is_own = tree.path(data_root).stat().st_dev != tree.path("/").stat().st_dev
    return _PARTITION.passed_or_warned(is_own, f"{data_root} is {'' if is_own else 'not '}apart from /")


def _group() -> Finding:
    try:
        members = grp.getgrnam("docker").gr_mem
    except KeyError:
        return _GROUP.passed("there is no group docker: root only")
    return _GROUP.passed_or_warned(not members, f"root, {', '.join(members)}" if members else "root only")


def _audit(tree: Tree) -> Finding:
    there = {
        number: path
        for number, paths in _AUDITED.items()
        if (path := next((p for p in paths if _is_there(tree, p)), ""))
    }
    if not there:
        return _AUDIT.skipped("no engine is installed here")
    if tree.path("/etc/audit").exists() and not os.access(tree.path("/etc/audit"), os.R_OK | os.X_OK):
        return _AUDIT.skipped("only root can read the rules")
    rules = _audit_rules(tree)
    missing = [f"{path} ({number})" for number, path in there.items() if not _is_audited(path, rules)]
    if missing:
        return _AUDIT.warned(f"not audited: {', '.join(missing)}")
    return _AUDIT.passed(f"all {len(there)} that are here")


def _is_audited(path: str, rules: str) -> bool:
    """A watch on a folder covers what is in it."""
    watched = {word.removeprefix("path=").removeprefix("dir=").rstrip("/") for word in rules.split()}
    parts = path.split("/")
    return any("/".join(parts[:length]) in watched for length in range(2, len(parts) + 1))


def _audit_rules(tree: Tree) -> str:
    """What the kernel audits, or the files that say what it should."""
    auditctl = shutil.which("auditctl", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if auditctl is not None and os.geteuid() == 0:
        try:
            return subprocess.run(
                [auditctl, "-l"], capture_output=True, text=True, timeout=_AUDIT_TIMEOUT_S, check=True
            ).stdout
        except (OSError, subprocess.SubprocessError):
            pass  # The files are the next best witness.
    files = [path for pattern in _AUDIT_RULES for path in tree.glob(pattern)]
    lines = [
        line for path in files if os.access(path, os.R_OK) for line in path.read_text(errors="replace").splitlines()
    ]
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _is_there(tree: Tree, path: str) -> bool:
    try:
        return tree.path(path).exists()
    except OSError:
        return False


def _guarded(guarded: _Guarded, tree: Tree) -> Finding:
    path = next((path for path in guarded.paths if _is_there(tree, path)), None)
    check = Check(
        id=f"files.{guarded.id}",
        title=f"Owner and permissions of {path or guarded.paths[0]}",
        cis=guarded.cis,
        why="Whoever can write it commands the engine, which is root.",
        mend=f"chown root:{guarded.group} {path}; chmod {guarded.mode:o} {path}",
    )
    if path is None:
        return check.skipped("not there")
    found = tree.path(path).stat()
    mode = stat.S_IMODE(found.st_mode)
    owner, group = _user(found.st_uid), _group_name(found.st_gid)
    said = f"{owner}:{group} {mode:o}; {guarded.mode:o} and root:{guarded.group} are asked for"
    writable = mode & ~guarded.mode & (stat.S_IWGRP | stat.S_IWOTH)
    if found.st_uid != 0 or writable:
        return check.failed(said)
    is_exact = group in {"root", guarded.group} and not mode & ~guarded.mode
    return check.passed_or_warned(is_exact, said)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
