"""Where packages come from: the mirror that this host's own apt uses."""

from __future__ import annotations

import re
from pathlib import Path

#: URI, suite, components.
_Entry = tuple[str, str, list[str]]


def host_mirror(apt: Path = Path("/etc/apt"), os_release: Path = Path("/etc/os-release")) -> str | None:
    """The mirror this host's own apt uses, if the host is a Debian: near, and reachable from here."""
    release = _read(os_release)
    if not re.search(r'^ID="?debian"?$', release, re.MULTILINE):
        return None
    codename = re.search(r'^VERSION_CODENAME="?(\w+)"?$', release, re.MULTILINE)
    suites = {"stable", "testing", "unstable", "sid", *(codename.groups() if codename else ())}
    folder = apt / "sources.list.d"
    entries = [entry for path in sorted(folder.glob("*.sources")) for entry in _deb822(_read(path))]
    for path in (apt / "sources.list", *sorted(folder.glob("*.list"))):
        entries.extend(_one_line(_read(path)))
    for uri, suite, components in entries:
        if suite in suites and "main" in components and uri.startswith(("http://", "https://")):
            return uri
    return None


def _deb822(text: str) -> list[_Entry]:
    entries: list[_Entry] = []
    uncommented = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", uncommented):
        unfolded = re.sub(r"\n[ \t]+", " ", stanza)
        fields = {
            key.strip().lower(): value.split() for key, _, value in (x.partition(":") for x in unfolded.splitlines())
        }
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"]) != ["no"]:
            components = fields.get("components", [])
            entries += [
                (uri, suite, components) for uri in fields.get("uris", []) for suite in fields.get("suites", [])
            ]
    return entries


def _one_line(text: str) -> list[_Entry]:
    pattern = r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#\n]*)"
    return [(uri, suite, rest.split()) for uri, suite, rest in re.findall(pattern, text, re.MULTILINE)]


def _read(path: Path) -> str:
    """A configuration file's text; none where there is no such file."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
