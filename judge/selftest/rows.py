"""The catalogue of attacks, and which programs and tests cover what of it.

``judge selftest --rows`` prints it as the table that ``docs/selftest.md`` holds.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.selftest.programs import FOLDER, Attack

_CATALOGUE = Path(__file__).with_name("rows.toml")
_COVERS = re.compile(r"\bCovers ((?:[A-Z]\d\d[a-z]?\s*)+)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of attack."""

    id: str
    group: str
    attempt: str
    #: Why neither a program nor a test of the suite covers it; empty where one has to.
    absent: str = ""


def rows() -> list[Row]:
    """All rows, in the catalogue's order."""
    found = []
    for group in tomllib.loads(_CATALOGUE.read_text()).values():
        for row_id, said in group["rows"].items():
            facts = {"attempt": said} if isinstance(said, str) else said
            found.append(Row(id=row_id, group=group["title"], **facts))
    return found


def covered(attacks: Sequence[Attack], tests: Path = FOLDER.parents[1]) -> Mapping[str, list[str]]:
    """By row, what covers it: programs, and tests whose docstring says "Covers A01 B02."."""
    found: dict[str, list[str]] = {}
    for attack in attacks:
        if attack.number == 0:
            # The first variant of several has its number behind the name.
            name = attack.name.removesuffix("-0")
            for row_id in attack.covers:
                found.setdefault(row_id, []).append(name)
    for test, row_ids in _tests(tests):
        for row_id in row_ids:
            found.setdefault(row_id, []).append(test)
    return found


def table(attacks: Sequence[Attack]) -> str:
    """The catalogue as Markdown."""
    by_row = covered(attacks)
    lines: list[str] = []
    group = ""
    for row in rows():
        if row.group != group:
            group = row.group
            lines += ["", f"### {group}", "", "| row | what is tried | by |", "| --- | --- | --- |"]
        by = ", ".join(f"`{name}`" for name in by_row.get(row.id, []))
        lines.append(f"| {row.id} | {row.attempt} | {by or f'not here: {row.absent}'} |")
    return "\n".join(lines).strip() + "\n"


def _tests(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = _COVERS.search(ast.get_docstring(node) or "")
                if said:
                    yield f"{path.relative_to(folder)}::{node.name}", said[1].split()
