"""The AppArmor profile of a cell, ``judge-cell``: written here, and loaded where the host's kernel has AppArmor.

It names what the launcher does (``launcher/root.c``, ``launcher/box.c``) and what programs in boxes need, and so
refuses the rest of what a cell that was taken over could try. Whatever is started in a cell stays in the profile.
Docker's own profile cannot be used: it forbids the mounts that boxes are made of.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

NAME = "judge-cell"

_ENABLED = Path("/sys/module/apparmor/parameters/enabled")
_LOADED = Path("/sys/kernel/security/apparmor/profiles")
#: Installed with parsers from 4.0 on, the first that know ``userns``.
_ABI_4 = Path("/etc/apparmor.d/abi/4.0")
#: Ubuntu's switch: user namespaces only for programs whose profile says ``userns``.
_RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_PARSER_TIMEOUT_S = 30

#: Each group of rules after the reason for it.
_COMMON: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Making a box is the work of CAP_SYS_ADMIN, held in the launcher's own user namespace only. It uses no other.",
        ("capability sys_admin,",),
    ),
    (
        "Sockets between processes of one box. No other family: no network, no raw or packet sockets, no netlink.",
        ("network unix,", "unix,"),
    ),
    (
        "Processes of a cell may signal each other; the host's programs that end cells may signal them.",
        (
            f"signal (send, receive) peer={NAME},",
            "signal (receive) peer=unconfined,",
            "signal (receive) peer=runc,",
            "signal (receive) peer=crun,",
        ),
    ),
    (
        "The launcher reads of its boxes' processes what they used. Nobody is traced, and nobody outside is read.",
        (f"ptrace (read, readby) peer={NAME},",),
    ),
    (
        "Mounts and users decide which files there are and what is writable. What is executed keeps this profile.",
        ("/ r,", "/** rwlkmix,"),
    ),
    (
        "The kernel's switches and devices are never written. This is what stands behind the cell's unmasked /proc.",
        (
            "deny /proc/[^0-9]* wlk,",
            "deny /proc/[^0-9]*/** wlk,",
            "deny /sys/** wlk,",
        ),
    ),
    (
        "Facts about the host that a container usually has covered.",
        (
            "deny /proc/{config.gz,kallsyms,kcore,key-users,keys,kmsg,latency_stats} rwlkmx,",
            "deny /proc/{kpagecgroup,kpagecount,kpageflags,modules,sched_debug,slabinfo} rwlkmx,",
            "deny /proc/{sysrq-trigger,timer_list,timer_stats,vmallocinfo} rwlkmx,",
            "deny /proc/{acpi,asound,bus,driver,fs,irq,scsi,sysvipc,tty}/** rwlkmx,",
            "deny /sys/{firmware,kernel,module,power}/** rwlkmx,",
        ),
    ),
    (
        "Of a process's own files uid_map, gid_map, setgroups and oom_score_adj are written, and these are not.",
        (
            "deny /proc/[0-9]*/{autogroup,clear_refs,coredump_filter,loginuid,mem,oom_adj} w,",
            "deny /proc/[0-9]*/{projid_map,sched,timens_offsets,timerslack_ns} w,",
            "deny /proc/[0-9]*/attr/** w,",
            "deny /proc/[0-9]*/task/*/{mem,attr/**} w,",
        ),
    ),
    (
        "The old root is left and let go of. Where both were cannot be said once they are no part of the tree.",
        ("umount,", "pivot_root,"),
    ),
)


def _remounts() -> tuple[str, ...]:
    """A mount that is there is shown with fewer rights: never without ``nosuid``, and always by ``bind``.

    Each combination has a rule of its own. One rule with "any of these options" would also match none of them, and so
    allow every file system.
    """
    fewer = itertools.product(("rw", "ro"), ("", "nodev"), ("", "noexec"), ("", "nosymfollow"))
    wanted = [", ".join(filter(None, (*options, "nosuid", "bind", "remount"))) for options in fewer]
    return tuple(f"remount options=({options})," for options in wanted)


#: Mounts, for parsers that know all flags: a new tmpfs or proc, and moving about what is there already.
_EXACT_MOUNTS = (
    "Of file systems only tmpfs and proc are made new; what is there is shown again, with fewer rights.",
    (
        "mount fstype=(tmpfs, proc),",
        "mount options=(rw, bind),",
        "mount options=(rw, rbind),",
        "mount options=(rw, private),",
        "mount options=(rw, rprivate),",
        *_remounts(),
    ),
)

#: Mounts, for parsers before 4.0, for which a rule with options can never match a mount with ``nosymfollow``.
_WIDE_MOUNTS = (
    "This parser does not know nosymfollow: mounting is allowed, except what else a user namespace could mount.",
    (
        "mount,",
        "deny mount fstype=(binfmt_misc, bpf, cgroup, cgroup2, devpts, fuse, fuse.*, fuseblk, mqueue, overlay),",
        "deny mount fstype=(binder, efivarfs, erofs, nfs, nfs4, ramfs, sysfs),",
    ),
)

_NEW_IN_4: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Each box has a user namespace, and so has the launcher.", ("userns,",)),
    ("POSIX message queues, in the box's own namespace.", ("mqueue,",)),
)


def profile(*, has_userns: bool) -> str:
    """The profile's text; ``has_userns`` for parsers that know the rule of that name, which are those from 4.0 on."""
    abi = "4.0" if has_userns else "3.0"
    groups = [*(_NEW_IN_4 if has_userns else ()), _EXACT_MOUNTS if has_userns else _WIDE_MOUNTS, *_COMMON]
    head = ["# Made by sandbox/apparmor.py.", f"abi <abi/{abi}>,", ""]
    # Paths of exchange directories end in the air once the old root is let go of.
    body = [f"profile {NAME} flags=(attach_disconnected, mediate_deleted) {{", *_lines(groups), "}"]
    return "\n".join([*head, *body]) + "\n"


def load() -> str | None:
    """Load the profile into the kernel, and give its name for Docker's ``apparmor=`` security option.

    None where that cannot be done and the profile is not there already; ``trouble`` says why. Takes a fraction of a
    second: once for each process that makes cells is enough.
    """
    if not _is_enabled():
        return None
    if os.geteuid() == 0 and _parser() is not None and _say(profile(has_userns=parser_has_userns())) is None:
        return NAME
    return NAME if _is_loaded() else None


def trouble() -> str | None:
    """What keeps cells from having the profile, or launchers from working under it, for people; None when nothing."""
    if not _is_enabled():
        return "this kernel runs without AppArmor: cells have no profile, and hold by their other walls"
    if _parser() is None:
        return "apparmor_parser is missing: run `apt-get install apparmor`"
    if is_userns_restricted() and not parser_has_userns():
        return (
            "kernel.apparmor_restrict_unprivileged_userns is 1, and this apparmor_parser is too old to allow user "
            "namespaces in a profile: install apparmor 4.0 or newer, or set it to 0"
        )
    if os.geteuid() != 0:
        return (
            None if _is_loaded() else f"the profile {NAME} is not loaded, and only root can: run `judge doctor` as root"
        )
    said = _say(profile(has_userns=parser_has_userns()), load_it=False)
    return f"apparmor_parser refuses the profile {NAME}: {said}" if said is not None else None


def parser_has_userns() -> bool:
    """Whether the installed parser knows the rule ``userns``."""
    return _ABI_4.exists()


def is_userns_restricted() -> bool:
    """Whether programs need a profile to make user namespaces, as on Ubuntu from 24.04 on."""
    try:
        return _RESTRICTED.read_text().strip() == "1"
    except OSError:
        return False


def _lines(groups: list[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    for number, (reason, rules) in enumerate(groups):
        if number:
            yield ""
        yield f"  # {reason}"
        yield from (f"  {rule}" for rule in rules)


def _is_enabled() -> bool:
    try:
        return _ENABLED.read_text().strip() == "Y"
    except OSError:
        return False


def _is_loaded() -> bool:
    """Whether the kernel enforces a profile of that name; unknown, hence false, to most users but root."""
    try:
        return any(line.startswith(f"{NAME} (enforce)") for line in _LOADED.read_text().splitlines())
    except OSError:
        return False


def _parser() -> str | None:
    # It is in a folder that only root has on its path.
    return shutil.which("apparmor_parser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _say(text: str, *, load_it: bool = True) -> str | None:
    """Hand a profile to the parser; what it complained of, or None."""
    parser = _parser()
    assert parser is not None
    what = ["--replace"] if load_it else ["--skip-kernel-load"]
    try:
        said = subprocess.run(
            [parser, "--skip-cache", *what],
            input=text,
            text=True,
            capture_output=True,
            timeout=_PARSER_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if said.returncode == 0 else said.stderr.strip()
