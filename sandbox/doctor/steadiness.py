"""What makes the same program take different times on this host: the things a judgehost can have quiet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.doctor.finding import Check, Finding
from sandbox.doctor.tree import Tree

_SWAP = Check(
    id="host.swap",
    title="Swap",
    why="A host that swaps makes programs wait for a disk, and the time is theirs to explain.",
    mend="swapoff -a, and remove swap from /etc/fstab",
)
_SMT = Check(
    id="host.smt",
    title="Simultaneous multithreading",
    why="Two threads of one core slow each other down by a third and see each other's caches.",
    mend="echo off > /sys/devices/system/cpu/smt/control, or boot with `nosmt`",
)
_GOVERNOR = Check(
    id="host.governor",
    title="Frequency governor",
    why="A clock that rises only under load makes the first milliseconds of each run slower.",
    mend="cpupower frequency-set --governor performance",
)
_BOOST = Check(
    id="host.boost",
    title="Frequency boost",
    why="With boost the clock depends on heat and on what the other cores do.",
    mend="echo 0 > /sys/devices/system/cpu/cpufreq/boost, or echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo",
)
_HUGE_PAGES = Check(
    id="host.huge-pages",
    title="Transparent huge pages",
    why="Whether a large page was free decides over a run's time and memory; one touched byte can count as 2 MiB.",
    mend="echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
)
_CLOCK = Check(
    id="host.clock",
    title="Clock source",
    why="Clocks other than the processor's own cost a system call and more for each reading, which programs that watch "
    "their time do all the while.",
    mend="echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource, where the kernel trusts it",
)
_CORE_PATTERN = Check(
    id="host.core-pattern",
    title="Core dumps",
    why="A pattern with a pipe starts a program of the host's, as root and outside, for each crash. Boxes keep it from "
    "being started; other programs of this host do not.",
    mend="sysctl -w kernel.core_pattern=core",
)

_GOOD_CLOCKS = frozenset(("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"))


def findings(tree: Tree) -> Iterator[Finding]:
    """What of this host makes times unsteady. All of it is advice: runs near a limit are repeated anyway."""
    yield _swap(tree)
    yield _smt(tree)
    yield _governor(tree)
    yield _boost(tree)
    yield _huge_pages(tree)
    yield _clock(tree)
    yield _core_pattern(tree)


def _swap(tree: Tree) -> Finding:
    areas = [line.split()[0] for line in (tree.text("/proc/swaps") or "").splitlines()[1:] if line.strip()]
    return _SWAP.passed_or_warned(not areas, f"in use: {', '.join(areas)}" if areas else "none")


def _smt(tree: Tree) -> Finding:
    active = tree.number("/sys/devices/system/cpu/smt/active")
    if active is None:
        return _SMT.skipped("the kernel does not say; a virtual machine may hide that its cores are threads")
    return _SMT.passed_or_warned(active == 0, "on" if active else "off")


def _governor(tree: Tree) -> Finding:
    files = tree.glob("/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor")
    if not files:
        return _GOVERNOR.skipped("the kernel does not govern the frequency here, as in most virtual machines")
    governors = sorted({path.read_text().strip() for path in files})
    return _GOVERNOR.passed_or_warned(governors == ["performance"], ", ".join(governors))


def _boost(tree: Tree) -> Finding:
    no_turbo = tree.number("/sys/devices/system/cpu/intel_pstate/no_turbo")
    boost = tree.number("/sys/devices/system/cpu/cpufreq/boost")
    if no_turbo is None and boost is None:
        return _BOOST.skipped("the kernel does not say")
    is_on = no_turbo == 0 or boost == 1
    return _BOOST.passed_or_warned(not is_on, "on" if is_on else "off")


def _huge_pages(tree: Tree) -> Finding:
    said = re.search(r"\[(\w+)\]", tree.text("/sys/kernel/mm/transparent_hugepage/enabled") or "")
    if said is None:
        return _HUGE_PAGES.skipped("this kernel has none")
    return _HUGE_PAGES.passed_or_warned(said[1] != "always", said[1])


def _clock(tree: Tree) -> Finding:
    clock = tree.text("/sys/devices/system/clocksource/clocksource0/current_clocksource")
    if clock is None:
        return _CLOCK.skipped("the kernel does not say")
    return _CLOCK.passed_or_warned(clock in _GOOD_CLOCKS, clock)


def _core_pattern(tree: Tree) -> Finding:
    pattern = tree.text("/proc/sys/kernel/core_pattern") or ""
    return _CORE_PATTERN.passed_or_warned(not pattern.startswith("|"), pattern or "empty: no cores")
