"""Versions of the engine and its runtimes, against the holes that are known to let a container out.

A distribution mends a hole without raising the version it took over, and says so in the package's changelog. The list
is as old as this file: what is found later has to be added here, or the whole updated.
"""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from judge.config import Isolation
from sandbox.doctor.daemon import runtime_of
from sandbox.doctor.finding import Check, Finding
from sandbox.doctor.tree import Tree

_VERSION_TIMEOUT_S = 20
_MOST_CHANGELOG_BYTES = 4 * 1024 * 1024
#: Sorts a release behind its candidates.
_FINAL = 1_000_000

_RUNC = Check(
    id="runtime.escapes",
    title="Holes of runc that let a container out",
    why="A runtime is root, and starts what it does not trust: with such a hole the outer wall has a door.",
    mend="install runc 1.2.8, 1.3.3 or newer: Docker's own package containerd.io has one, Ubuntu's runc too, those of "
    "Debian 12 and 13 did not when this was written; or judge at level gvisor",
)
_ENGINE = Check(
    id="engine.version",
    title="Engine version",
    cis="1.2.2",
    why="The engine is root and works on images and folders of others.",
    mend="apt-get update; apt-get install docker.io (or docker-ce), then restart the engine",
)
_OTHER = Check(
    id="runtime.version",
    title="Version of the level's runtime",
    why="Holes are found in gVisor and Kata Containers too.",
    mend="apt-get update; apt-get install runsc, or install Kata Containers 1.11.1 or newer",
)

Version = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A hole, and where it was mended; one version for each series that was."""

    cve: str
    since: Version = (0, 0, 0, 0)
    fixed: tuple[Version, ...]
    #: Beginnings of package versions that are mended, known from their changelogs, where an image has no changelogs.
    packages: tuple[str, ...] = ()

    def is_in(self, version: Version) -> bool:
        """Whether that upstream version has it."""
        if version < self.since or version >= max(self.fixed):
            return False
        return not any(version[:2] == fixed[:2] and version >= fixed for fixed in self.fixed)


_IN_2025 = ((1, 2, 8, _FINAL), (1, 3, 3, _FINAL), (1, 4, 0, 3))
RUNC_HOLES = (
    Hole(cve="CVE-2019-5736", fixed=((1, 0, 0, 7),)),
    Hole(
        cve="CVE-2024-21626",
        since=(1, 0, 0, 93),
        fixed=((1, 1, 12, _FINAL),),
        packages=("1.1.5+ds1-1+deb12u",),
    ),
    Hole(cve="CVE-2025-31133", fixed=_IN_2025),
    Hole(cve="CVE-2025-52565", fixed=_IN_2025),
    Hole(cve="CVE-2025-52881", fixed=_IN_2025),
)
ENGINE_HOLES = (
    Hole(cve="CVE-2019-14271", fixed=((19, 3, 1, _FINAL),)),
    Hole(cve="CVE-2021-41091", fixed=((20, 10, 9, _FINAL),)),
)
#: These matter only where plugins decide who may ask the engine for what.
_AUTHORIZATION_HOLES = (
    Hole(
        cve="CVE-2024-41110",
        fixed=((23, 0, 15, _FINAL), (25, 0, 6, _FINAL), (26, 1, 5, _FINAL), (27, 1, 1, _FINAL)),
    ),
    Hole(cve="CVE-2026-34040", fixed=((29, 3, 1, _FINAL),)),
)
_KATA_HOLES = (
    Hole(cve="CVE-2020-2023", fixed=((1, 11, 1, _FINAL),)),
    Hole(cve="CVE-2020-2026", fixed=((1, 11, 1, _FINAL),)),
)


def findings(
    isolation: Isolation, info: Mapping[str, Any], version: Mapping[str, Any], tree: Tree, *, runtime: str | None = None
) -> Iterator[Finding]:
    """Of the engine, and of what the level's cells run in.

    Args:
        isolation: whose runtime counts.
        info: the engine's answer to ``docker info``.
        version: its answer to ``docker version``.
        tree: where its packages are installed.
        runtime: which one cells ask for; None: the default.
    """
    yield _engine(info)
    if isolation is not Isolation.CONTAINER:
        yield _RUNC.skipped(f"cells of level {isolation} do not run in runc")
        yield _other(isolation, info, runtime)
        return
    yield _runc(version, tree)


def parse(text: str) -> Version | None:
    """``1.4.0-rc.3``, ``1.0.0~rc93+ds1``, ``20.10.24+dfsg1`` or ``v1.3.3`` as numbers that compare."""
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-~.]?rc[-.]?(\d+))?", text)
    if found is None:
        return None
    candidate = int(found[4]) if found[4] is not None else _FINAL
    return int(found[1]), int(found[2]), int(found[3] or 0), candidate


def _engine(info: Mapping[str, Any]) -> Finding:
    text = str(info.get("ServerVersion"))
    version = parse(text)
    if version is None:
        return _ENGINE.warned(f"{text!r} is no version that can be compared")
    if holes := [hole.cve for hole in ENGINE_HOLES if hole.is_in(version)]:
        return _ENGINE.failed(f"{text} has {', '.join(holes)}")
    plugins = (info.get("Plugins") or {}).get("Authorization") or []
    if plugins and (holes := [hole.cve for hole in _AUTHORIZATION_HOLES if hole.is_in(version)]):
        return _ENGINE.warned(f"{text} lets its authorization plugins be bypassed: {', '.join(holes)}")
    return _ENGINE.passed(f"{text}; whether it is the newest of its distribution was not looked up")


def _runc(version: Mapping[str, Any], tree: Tree) -> Finding:
    said = next((part for part in version.get("Components") or () if part.get("Name") == "runc"), None)
    text = str(said["Version"]) if said else ""
    parsed = parse(text)
    if parsed is None:
        return _RUNC.warned("the engine does not say which runc it has")
    package = _package("runc", text)
    holes = [hole for hole in RUNC_HOLES if hole.is_in(parsed)]
    changelog = _changelog("runc", tree) if package is not None else ""
    mended = [hole for hole in holes if package is not None and _is_mended(hole, package, changelog)]
    still_open = [hole.cve for hole in holes if hole not in mended]
    named = f"runc {package or text}"
    if mended:
        named += f" (mended in this package: {', '.join(hole.cve for hole in mended)})"
    if still_open:
        return _RUNC.failed(f"{named} has {', '.join(still_open)}")
    return _RUNC.passed(f"{named} has none of {', '.join(hole.cve for hole in RUNC_HOLES)}")


def _is_mended(hole: Hole, package: str, changelog: str) -> bool:
    return hole.cve in changelog or package.startswith(hole.packages)


def _other(isolation: Isolation, info: Mapping[str, Any], runtime: str | None) -> Finding:
    found = runtime_of(info, runtime)
    if found is None:
        return _OTHER.skipped("it is not installed")
    name, described = found
    program = str(described.get("path") or name)
    if isolation.value == "vm":
        program = shutil.which("kata-runtime") or program
    text = _said([program, "--version"])
    if text is None:
        return _OTHER.warned(f"`{program} --version` says nothing", mend=f"see that {program} runs")
    line = text.splitlines()[0] if text else ""
    version = parse(line.rpartition(" ")[2])
    if isolation.value == "vm" and version and any(hole.is_in(version) for hole in _KATA_HOLES):
        return _OTHER.failed(f"{line} has {', '.join(hole.cve for hole in _KATA_HOLES)}")
    return _OTHER.passed(f"{line}; whether it is the newest was not looked up")


def _package(name: str, version: str) -> str | None:
    """The version of the Debian package that ``version`` of a program came with, if it did."""
    said = _said(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", name])
    status, _, package = (said or "").partition(" ")
    upstream = package.rpartition("-")[0].rpartition(":")[2]
    is_same = bool(upstream) and (version == package or version.startswith(upstream))
    return package if status == "installed" and is_same else None


def _changelog(name: str, tree: Tree) -> str:
    """What the installed package says it changed; nothing where documentation was not installed."""
    try:
        with gzip.open(tree.path(f"/usr/share/doc/{name}/changelog.Debian.gz")) as file:
            return file.read(_MOST_CHANGELOG_BYTES).decode(errors="replace")
    except (OSError, EOFError):
        return ""


def _said(argv: list[str]) -> str | None:
    try:
        return subprocess.run(
            argv, capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
