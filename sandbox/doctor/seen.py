"""A running cell, as ``docker inspect`` and the kernel show it from outside.

What the engine was asked for is one thing; what the kernel holds over the cell's process is what counts, where it can
be seen. That process is the launcher at level ``container``. At level ``gvisor`` it is gVisor's own kernel, outside of
which the launcher's processes do not exist; at level ``vm`` it is the machine, which tells nothing of what is inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from judge.config import Isolation
from sandbox.doctor.finding import Check
from sandbox.doctor.tree import Tree

_OURS = (
    "this judge makes its cells so; a cell that is not has another maker, or an engine that changes what it is asked"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A running cell, from outside."""

    isolation: Isolation
    #: The engine's answer to ``docker inspect``.
    facts: Mapping[str, Any]
    tree: Tree = field(default_factory=Tree)

    @property
    def asked(self) -> Mapping[str, Any]:
        host_config: Mapping[str, Any] = self.facts["HostConfig"]
        return host_config

    @property
    def proc(self) -> str:
        return f"/proc/{self.facts['State']['Pid']}"

    def status(self, field: str) -> str | None:
        """A field of the process's status; None where it tells nothing, or the engine is on another machine."""
        if self.isolation.value == "vm":
            return None
        found = re.search(rf"^{field}:\s*(.*)$", self.tree.text(f"{self.proc}/status") or "", re.MULTILINE)
        return found[1].strip() if found else None

    def group(self, controller: str, name_v1: str, name_v2: str) -> str | None:
        """What a file of process 1's control group says, in either version."""
        for line in (self.tree.text(f"{self.proc}/cgroup") or "").splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(","):
                return self.tree.text(f"/sys/fs/cgroup/{controllers}{path}/{name_v1}")
            if not controllers and (said := self.tree.text(f"/sys/fs/cgroup{path}/{name_v2}")) is not None:
                return said
        return None


def cell_check(id: str, title: str, why: str, *, cis: str | None = None, is_needed: bool = False) -> Check:  # noqa: A002
    return Check(id=f"cell.{id}", title=title, why=why, cis=cis, mend=_OURS, is_needed=is_needed)
