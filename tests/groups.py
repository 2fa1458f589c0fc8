"""Packages with test groups, written on the spot, and the rules that were read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from judge.groups import Grading, Group, Rule
from tests.packages import loaded

Changes = dict[str, str | bytes | None]

SCORING = "name: x\ntype: scoring\nlimits: {time_limit: 1}\n"
CURRENT_HEAD = "problem_format_version: 2025-09\nname: x\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\n"
CURRENT = CURRENT_HEAD + "type: scoring\nlimits: {time_limit: 1}\n"
DRAFT = "problem_format_version: 2023-07-draft\n" + SCORING
STATIC = {"static_validator/v.py": "raise SystemExit(42)\n"}


def cases(*names: str) -> Changes:
    """Test cases of these names below secret, and no other there."""
    removed: Changes = {"data/secret/1.in": None, "data/secret/1.ans": None}
    return removed | {f"data/secret/{name}.{extension}": f"{name}\n" for name in names for extension in ("in", "ans")}


def grading(tmp_path: Path, changes: Mapping[str, str | bytes | None]) -> Grading:
    found = loaded(tmp_path, changes).problem.grading
    assert found is not None
    return found


def rules(found: Grading) -> dict[str, Rule]:
    """The rule of each group, by its name."""

    def walk(group: Group) -> dict[str, Rule]:
        below = {
            name: rule for member in group.members if isinstance(member, Group) for name, rule in walk(member).items()
        }
        return {group.name: group.rule, **below}

    return walk(found.root)
