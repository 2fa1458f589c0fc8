"""Writes another time limit into the files of an ICPC package, however they are written.

    problem.yaml             limits.time_limit: found in the tree of the file, and changed in its text
    domjudge-problem.ini     timelimit, where the file gives one
    .timelimit               the same, as a file of its own

Each file that gives a limit gets the new one, so that none contradicts another. Comments and everything else stay.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import yaml

from problems import domjudge, metadata, yaml_text

_INI_LIMIT = re.compile(r"(?im)^([ \t]*timelimit[ \t]*=[ \t]*)(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^;\r\n]*)")


def limit_time(folder: Path, time_ms: int) -> None:
    """Write the limit into the files of a package that can be read. Whether it counts then, reading it again tells."""
    limit_s = f"{Decimal(time_ms).scaleb(-3).normalize():f}"
    is_given = False
    ini, own, meta = (folder / name for name in (domjudge.INI, domjudge.TIME_LIMIT, metadata.FILE))
    if ini.is_file():
        text, encoding = yaml_text.read(ini)
        changed, count = _INI_LIMIT.subn(rf"\g<1>{limit_s}", text)
        ini.write_bytes(changed.encode(encoding))
        is_given = count > 0
    if own.is_file():
        own.write_text(f"{limit_s}\n")
        is_given = True
    text, encoding = yaml_text.read(meta) if meta.is_file() else ("", "utf-8")
    changed = _limited(text, limit_s, only_replace=is_given)
    if changed != text:
        meta.write_bytes(changed.encode(encoding))


def _limited(text: str, limit_s: str, *, only_replace: bool) -> str:
    """The file with that limit: in place of the one that it gives, else, unless that is all that may be done, added."""
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    limits = yaml_text.value(root, "limits")
    given = yaml_text.value(limits, "time_limit")
    if given is not None:
        return yaml_text.instead(text, given, limit_s)
    if only_replace:
        return text
    entry = f"time_limit: {limit_s}"
    if isinstance(limits, yaml.MappingNode):
        return yaml_text.with_entry(text, limits, entry)
    if limits is not None:
        return yaml_text.instead(text, limits, f"{{{entry}}}")
    return yaml_text.added(text, root, f"limits: {{{entry}}}")
