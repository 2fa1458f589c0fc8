"""The cell's seccomp profile for Docker, made from ``syscalls.list``.

The cell needs more than a box: its launcher makes namespaces and mounts. What the box's own filter refuses stays
refused there; this profile is the wall behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("syscalls.list")
_ALLOW = "SCMP_ACT_ALLOW"
#: Refused with ENOSYS while nobody traces the caller, which nobody in a cell can. Unlike an error number this leaves
#: the first word to a box's filter, which then reports the call: of two filters' answers the kernel takes the sterner
#: one, in the order of seccomp(2).
_REFUSE_REPORTABLY = "SCMP_ACT_TRACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One line of the list, and the comment above it."""

    verb: str
    names: tuple[str, ...]
    reason: str


def groups() -> Iterator[Group]:
    """The lines of the list, in order."""
    reason: list[str] = []
    is_reason = False
    for line in _LIST.read_text().splitlines():
        if line.startswith("#"):
            reason = [*(reason if is_reason else []), line.lstrip("# ")]
            is_reason = True
        elif line:
            verb, *names = line.split()
            is_reason = False
            yield Group(verb=verb, names=tuple(names), reason=" ".join(reason))


def calls(verb: str) -> tuple[str, ...]:
    """The system calls that lines of this verb (``allow``, ``refuse``, ``alarm``, ``launcher``) name, in order."""
    return tuple(name for group in groups() if group.verb == verb for name in group.names)


@cache
def docker_profile() -> str:
    """The profile as JSON, as Docker's ``seccomp=`` security option takes it."""
    needed = set(calls("launcher"))
    rules = [
        {"names": list(group.names), "action": _ALLOW, "comment": group.reason}
        for group in groups()
        if group.verb in {"allow", "launcher"}
    ]
    rules += [
        {"names": names, "action": _REFUSE_REPORTABLY, "comment": group.reason}
        for group in groups()
        if group.verb == "alarm" and (names := [name for name in group.names if name not in needed])
    ]
    profile = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 1,
        "archMap": [{"architecture": "SCMP_ARCH_X86_64"}, {"architecture": "SCMP_ARCH_AARCH64"}],
        "syscalls": rules,
    }
    return json.dumps(profile)
