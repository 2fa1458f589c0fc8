"""Reads what DOMjudge keeps beside ``problem.yaml``: ``domjudge-problem.ini`` and ``.timelimit``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from checkers import registry
from judge.models import KIB
from problems.findings import Findings
from problems.tree import Entry, Tree

INI = "domjudge-problem.ini"
TIME_LIMIT = ".timelimit"
#: What DOMjudge allows where no file says anything.
DEFAULT_TIME_LIMIT_S = 10

#: A value in quotes may span lines; one without ends where a comment or the line does.
_VALUE = re.compile(r"""^[ \t]*([A-Za-z_-]+)[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^;\r\n]*))""", re.MULTILINE)
#: Programs that live on a DOMjudge server, not in the package.
_SERVER_PROGRAMS = ("special_run", "special_compare")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What the two files say."""

    #: Whether there is an ini file, which may stand in for problem.yaml.
    is_there: bool = False
    name: str | None = None
    #: Time limits in seconds, by the file that gives them: the ini file, which counts, before ``.timelimit``.
    time_limits_s: Mapping[str, float] = field(default_factory=dict)
    #: The checker that judges output, where ``special_compare`` names one that this judge has.
    checker: str | None = None


def read(tree: Tree, findings: Findings) -> Extras:
    """What the files say, if they are there."""
    time_limits_s: dict[str, float] = {}
    ini = tree.find(INI)
    values = _values(_text(tree, ini, findings)) if ini is not None else {}
    if values.get("timelimit"):
        _add_time_limit(time_limits_s, INI, values["timelimit"], findings)
    entry = tree.find(TIME_LIMIT)
    if entry is not None:
        text = _text(tree, entry, findings)
        _add_time_limit(time_limits_s, TIME_LIMIT, text.strip(), findings)
    checker = values.get("special_compare") if values.get("special_compare") in registry.names() else None
    for key in _SERVER_PROGRAMS:
        if values.get(key) and not (key == "special_compare" and checker):
            _miss(tree, key, values[key], findings)
    name = values.get("name", "")
    is_shown = 0 < len(name) <= 200 and name.isprintable()
    return Extras(
        is_there=ini is not None, name=name if is_shown else None, time_limits_s=time_limits_s, checker=checker
    )


def _miss(tree: Tree, key: str, program: str, findings: Findings) -> None:
    """Say that a program which lives on a server is not here; a package that brings its own can do without."""
    has_own = any(tree.find(name) is not None for name in ("output_validators", "output_validator"))
    text = f"{key}: the program {program[:60]!r} is not in the package"
    if has_own:
        findings.warning(INI, f"{text}; its own output validator is used instead")
    else:
        findings.error(INI, f"{text}; put it into output_validators/")


def _text(tree: Tree, entry: Entry, findings: Findings) -> str:
    if entry.is_directory:
        findings.error(str(entry), "must be a file")
        return ""
    return (tree.read(entry, most_bytes=64 * KIB) or b"").decode("utf-8-sig", "replace")


def _values(text: str) -> dict[str, str]:
    """Lines of ``key = value``. Section headers mean nothing; ``#`` begins no comment, for colours are written so."""
    return {
        found[1].lower(): next(value for value in found.groups()[1:] if value is not None).strip()
        for found in _VALUE.finditer(text)
    }


def _add_time_limit(limits_s: dict[str, float], file: str, text: str, findings: Findings) -> None:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if 0.001 <= value <= 3600:
        limits_s[file] = value
    else:
        findings.error(file, f"time limit {text[:40]!r} is not a number of seconds")
