"""Whether a cell's memory, processes and core are bounded: asked of the engine, and held by the kernel."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.doctor.finding import Check, Finding
from sandbox.doctor.seen import Cell, cell_check

#: A limit above this is what control groups of version 1 say for none.
_NO_LIMIT = 1 << 60

_MEMORY = cell_check("memory", "Bounded memory", "One run would take the host's.", cis="5.11", is_needed=True)
_SWAP = cell_check(
    "swap", "No swap", "With swap a memory limit is only a limit of speed: the run goes on, slowly.", is_needed=True
)
_PIDS = cell_check("pids", "Bounded processes", "A fork bomb stops at the cell.", cis="5.29", is_needed=True)
_CORE = cell_check(
    "core",
    "One core of its own",
    "Runs on one core make each other slow, and one on two cores has more than its share.",
    cis="5.12",
    is_needed=True,
)
_ULIMITS = cell_check("ulimits", "Resource limits", "Open files and core dumps are bounded.", cis="5.19")


def findings(cell: Cell) -> Iterator[Finding]:
    """What a run in it could use up."""
    yield _memory(cell)
    yield _swap(cell)
    yield _pids(cell)
    yield _core(cell)
    yield _ulimits(cell)


def _memory(cell: Cell) -> Finding:
    asked = int(cell.asked.get("Memory") or 0)
    if asked == 0:
        return _MEMORY.failed("none asked for")
    held = cell.group("memory", "memory.limit_in_bytes", "memory.max")
    return _bounded(_MEMORY, asked, held, unit=" bytes")


def _swap(cell: Cell) -> Finding:
    memory, with_swap = int(cell.asked.get("Memory") or 0), int(cell.asked.get("MemorySwap") or 0)
    if memory == 0 or memory != with_swap:
        return _SWAP.failed(f"{memory} bytes of memory, {with_swap} with swap")
    held = cell.group("memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
    if held is None:
        return _SWAP.passed("none asked for; the kernel's side cannot be seen")
    is_held = held == "0" or (held.isdigit() and int(held) <= with_swap)
    return _SWAP.passed_if(is_held, f"none asked for; the control group says {held}")


def _pids(cell: Cell) -> Finding:
    asked = int(cell.asked.get("PidsLimit") or 0)
    if asked <= 0:
        return _PIDS.failed("none asked for")
    return _bounded(_PIDS, asked, cell.group("pids", "pids.max", "pids.max"), unit="")


def _bounded(check: Check, asked: int, held: str | None, *, unit: str) -> Finding:
    if held is None:
        return check.passed(f"{asked}{unit} asked for; the kernel's side cannot be seen")
    is_bound = held.isdigit() and int(held) < _NO_LIMIT
    return check.passed_if(is_bound, f"{asked}{unit} asked for; the control group says {held}")


def _core(cell: Cell) -> Finding:
    asked = str(cell.asked.get("CpusetCpus") or "")
    held = cell.group("cpuset", "cpuset.cpus", "cpuset.cpus.effective") or cell.status("Cpus_allowed_list") or asked
    return _CORE.passed_if(asked.isdigit() and held == asked, f"core {asked or 'any'}; the kernel says {held or 'any'}")


def _ulimits(cell: Cell) -> Finding:
    asked = {str(item["Name"]): int(item["Hard"]) for item in cell.asked.get("Ulimits") or ()}
    named = ", ".join(f"{name} {hard}" for name, hard in sorted(asked.items())) or "none"
    return _ULIMITS.passed_or_warned({"core", "nofile"} <= asked.keys(), named)
