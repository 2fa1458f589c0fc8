"""What a bench reports: figures with their targets and what they were compared with."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. ``ok`` is None where there is no target."""

    name: str
    value: float
    unit: str
    #: In words that a reader can check ``value`` against: "<= 1.5".
    target: str = ""
    ok: bool | None = None
    #: The same work done by others in this run, by who did it.
    compared_with: dict[str, float] = field(default_factory=dict)


def as_json(figures: Sequence[Figure]) -> dict[str, Any]:
    """The document that ``--json`` prints."""
    return {"machine": machine(), "figures": [asdict(figure) for figure in figures]}


def machine() -> dict[str, Any]:
    """What was measured on."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    models = [line.split(":", 1)[1].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 2),
    }


def show(figures: Sequence[Figure]) -> None:
    """The figures for people."""
    table = Table("figure", "value", "target", "", "compared with")
    for figure in figures:
        others = ", ".join(f"{name} {_number(value)}" for name, value in figure.compared_with.items())
        mark = "" if figure.ok is None else "ok" if figure.ok else "[bold red]missed[/]"
        table.add_row(figure.name, f"{_number(figure.value)} {figure.unit}", figure.target, mark, others)
    Console(highlight=False).print(table)


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"
