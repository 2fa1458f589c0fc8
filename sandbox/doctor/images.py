"""Language images: whose user they give, and what in them gives rights."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sandbox.doctor.finding import Check, Finding

_USER = Check(
    id="image.user",
    title="Images name an unprivileged user",
    cis="4.1",
    why="Whatever starts a container from them, by mistake too, is then nobody.",
    mend="judge image build --again",
)
_SETUID = Check(
    id="image.setuid",
    title="Images hold no setuid or setgid programs",
    cis="4.8",
    why="Such a program gives its user the rights of its owner. Cells cannot gain any; this is behind it.",
    mend="judge image build --again",
)


def findings(images: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Of the images that cells are made from, by what ``docker image inspect`` says of each."""
    if not images:
        for check in (_USER, _SETUID):
            yield check.skipped("no image is built: run `judge image build`")
        return
    yield _user(images)
    yield _setuid(images)


def _user(images: Mapping[str, Mapping[str, Any]]) -> Finding:
    users = {tag: str((facts.get("Config") or {}).get("User") or "root") for tag, facts in images.items()}
    roots = [tag for tag, user in users.items() if user.partition(":")[0] in {"root", "0"}]
    if roots:
        return _USER.failed(f"root in {', '.join(roots)}")
    return _USER.passed(f"{', '.join(sorted(set(users.values())))} in all {len(users)}")


def _setuid(images: Mapping[str, Mapping[str, Any]]) -> Finding:
    found: list[str] = []
    for tag, facts in images.items():
        layers = _layers(facts)
        if not layers:
            return _SETUID.skipped("the engine's images cannot be looked into from here, or not by this user")
        for layer in layers:
            found += [f"{tag}: /{path}" for path in _privileged(layer)]
    if found:
        return _SETUID.failed("; ".join(found[:10]) + (f"; {len(found) - 10} more" if len(found) > 10 else ""))
    return _SETUID.passed(f"none in all {len(images)}")


def _layers(facts: Mapping[str, Any]) -> list[Path]:
    """The folders of an image's layers; none where the storage driver has no folders, or they are another machine's."""
    driver = facts.get("GraphDriver") or {}
    data = driver.get("Data") or {}
    named = [data.get("UpperDir"), *str(data.get("LowerDir") or "").split(":"), data.get("Dir")]
    folders = [Path(name) for name in named if name]
    return folders if folders and all(os.access(folder, os.R_OK | os.X_OK) for folder in folders) else []


def _privileged(layer: Path) -> Iterator[str]:
    """Files below a folder that change their user; links are not followed."""
    for folder, _, names in os.walk(layer):
        for name in names:
            path = Path(folder, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                yield str(path.relative_to(layer))
