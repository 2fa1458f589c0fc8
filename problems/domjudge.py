"""Reads what DOMjudge keeps beside ``problem.yaml``: ``domjudge-problem.ini`` and ``.timelimit``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from judge.models import KIB
from problems.findings import Findings
from problems.tree import Entry, Tree

INI = "domjudge-problem.ini"
TIME_LIMIT = ".timelimit"

_LINE = re.compile(r"\s*([A-Za-z_-]+)\s*=\s*(.*?)\s*")
#: Programs that live on a DOMjudge server, not in the package.
_SERVER_PROGRAMS = ("special_run", "special_compare")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What the two files say."""

    #: Whether there is an ini file, which may stand in for problem.yaml.
    is_there: bool = False
    name: str | None = None
    #: Time limits in seconds, by the file that gives them.
    time_limits_s: Mapping[str, float] = field(default_factory=dict)


def read(tree: Tree, findings: Findings) -> Extras:
    """What the files say, if they are there."""
    time_limits_s: dict[str, float] = {}
    entry = tree.find(TIME_LIMIT)
    if entry is not None:
        text = _text(tree, entry, findings)
        _add_time_limit(time_limits_s, TIME_LIMIT, text.strip(), findings)
    ini = tree.find(INI)
    values = _values(_text(tree, ini, findings)) if ini is not None else {}
    if "timelimit" in values:
        _add_time_limit(time_limits_s, INI, values["timelimit"], findings)
    for key in _SERVER_PROGRAMS:
        if values.get(key):
            text = f"{key}: the program {values[key][:60]!r} is not in the package; put it into output_validators/"
            findings.error(INI, text)
    name = values.get("name", "")
    is_shown = 0 < len(name) <= 200 and name.isprintable()
    return Extras(is_there=ini is not None, name=name if is_shown else None, time_limits_s=time_limits_s)


def _text(tree: Tree, entry: Entry, findings: Findings) -> str:
    if entry.is_directory:
        findings.error(str(entry), "must be a file")
        return ""
    return (tree.read(entry, most_bytes=64 * KIB) or b"").decode("utf-8", "replace")


def _values(text: str) -> dict[str, str]:
    """Lines of ``key = value``. Section headers mean nothing; ``#`` begins no comment, for colours are written so."""
    values = {}
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found:
            values[found[1].lower()] = found[2].strip("\"'")
    return values


def _add_time_limit(limits_s: dict[str, float], file: str, text: str, findings: Findings) -> None:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if 0.001 <= value <= 3600:
        limits_s[file] = value
    else:
        findings.error(file, f"time limit {text[:40]!r} is not a number of seconds")
