"""Writes another time limit into the files of an ICPC package, however they are written.

    problem.yaml             limits.time_limit: found in the tree of the file, and changed in its text
    domjudge-problem.ini     timelimit, where the file gives one
    .timelimit               the same, as a file of its own

Each file that gives a limit gets the new one, so that none contradicts another. Comments and everything else stay.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from problems import domjudge, metadata

_INI_LIMIT = re.compile(r"(?im)^([ \t]*timelimit[ \t]*=[ \t]*)(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^;\r\n]*)")


def limit_time(folder: Path, time_ms: int) -> None:
    """Write the limit into the files of a package that can be read. Whether it counts then, reading it again tells."""
    limit_s = f"{time_ms / 1000:g}"
    is_given = False
    ini, own, meta = (folder / name for name in (domjudge.INI, domjudge.TIME_LIMIT, metadata.FILE))
    if ini.is_file():
        text, encoding = _read(ini)
        changed, count = _INI_LIMIT.subn(rf"\g<1>{limit_s}", text)
        ini.write_bytes(changed.encode(encoding))
        is_given = count > 0
    if own.is_file():
        own.write_text(f"{limit_s}\n")
        is_given = True
    text, encoding = _read(meta) if meta.is_file() else ("", "utf-8")
    changed = _limited(text, limit_s, only_replace=is_given)
    if changed != text:
        meta.write_bytes(changed.encode(encoding))


def _read(path: Path) -> tuple[str, str]:
    """The text as packages are read, and how it was encoded."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def _limited(text: str, limit_s: str, *, only_replace: bool) -> str:
    """The file with that limit: in place of the one that it gives, else, unless that is all that may be done, added."""
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    limits = _value(root, "limits")
    given = _value(limits, "time_limit")
    if given is not None:
        return _instead(text, given, limit_s)
    if only_replace:
        return text
    entry = f"time_limit: {limit_s}"
    if isinstance(limits, yaml.MappingNode):
        return _with_entry(text, limits, entry)
    if limits is not None:
        return _instead(text, limits, f"{{{entry}}}")
    entry = f"limits: {{{entry}}}"
    if isinstance(root, yaml.MappingNode) and root.flow_style:
        return _with_entry(text, root, entry)
    if isinstance(root, yaml.MappingNode):
        return _put(
            text, end := root.end_mark.index, end, f"{_line_end(text[:end])}{' ' * root.start_mark.column}{entry}\n"
        )
    # What is read as nothing: an empty file, or a null.
    return f"{text}{_line_end(text)}{entry}\n" if root is None else f"{entry}\n"


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """What a mapping has under a name; None where it has no such name, or is none."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if isinstance(key, yaml.ScalarNode) and key.value == name), None)


def _with_entry(text: str, mapping: yaml.MappingNode, entry: str) -> str:
    """The text with one more entry, the first of a mapping; one without any is in braces."""
    if not mapping.value:
        end = mapping.end_mark.index - 1
        return _put(text, end, end, entry)
    start = mapping.value[0][0].start_mark
    ending = ", " if mapping.flow_style else f"\n{' ' * start.column}"
    return _put(text, start.index, start.index, f"{entry}{ending}")


def _instead(text: str, value: yaml.Node, new: str) -> str:
    """The text with another value; one that is not written at all ends where its colon does."""
    start, end = value.start_mark.index, value.end_mark.index
    return _put(text, start, end, new if end > start else f" {new}")


def _line_end(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _put(text: str, start: int, end: int, new: str) -> str:
    return f"{text[:start]}{new}{text[end:]}"
