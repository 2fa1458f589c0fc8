"""The cell's seccomp profile for Docker, made from ``syscalls.list``.

The cell needs more than a box: its launcher makes namespaces and mounts. What the box's own filter refuses stays
refused there; this profile is the wall behind it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("syscalls.list")


def calls(verb: str) -> tuple[str, ...]:
    """The system calls that lines of this verb (``allow``, ``refuse``, ``launcher``) name, in the list's order."""
    lines = (line.split() for line in _LIST.read_text().splitlines() if line and not line.startswith("#"))
    return tuple(name for words in lines if words[0] == verb for name in words[1:])


@cache
def docker_profile() -> str:
    """The profile as JSON, as Docker's ``seccomp=`` security option takes it."""
    names = sorted({*calls("allow"), *calls("launcher")})
    profile = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 1,
        "archMap": [{"architecture": "SCMP_ARCH_X86_64"}, {"architecture": "SCMP_ARCH_AARCH64"}],
        "syscalls": [{"names": names, "action": "SCMP_ACT_ALLOW"}],
    }
    return json.dumps(profile)
