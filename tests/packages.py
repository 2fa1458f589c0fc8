"""Problem packages written on the spot: a small good one, and whatever a test changes about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.errors import PackageError
from problems.export import export
from problems.package import Package, load

GOOD: Mapping[str, str] = {
    "problem.yaml": "name: Two Sums\nlimits:\n  time_limit: 1.5\n",
    "problem_statement/problem.en.md": "Add $a$ and $b$.\n",
    "data/sample/1.in": "1 2\n",
    "data/sample/1.ans": "3\n",
    "data/secret/1.in": "5 6\n",
    "data/secret/1.ans": "11\n",
    "submissions/accepted/sum.py": "print(sum(map(int, input().split())))\n",
}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None, *, name: str = "two-sums") -> Path:
    """A good package with some files added or replaced, or left out where the change is None."""
    path = folder / name
    for file, content in {**GOOD, **(changes or {})}.items():
        if content is None:
            continue
        target = path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def loaded(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Package:
    return load(write(folder, changes))


def complaints(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> list[str]:
    """The errors of a package that must not load."""
    with pytest.raises(PackageError) as failure:
        load(write(folder, changes))
    return list(failure.value.problems)


def exported(package: Package, tmp_path: Path) -> tuple[Package, tuple[str, ...], Path]:
    """The package as it is read after it was exported, with what was told of that and the folder."""
    folder = tmp_path / "out" / "twosums"
    notes = export(package, folder)
    return load(folder), notes, folder
