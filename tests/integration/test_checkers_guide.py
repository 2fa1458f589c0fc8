"""The guide to checkers tells the truth: its examples are taken out of it as they stand there, and judged with."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from checkers import plugins
from judge.config import Isolation, Settings
from judge.single import judge_source
from tests.packages import write

pytestmark = pytest.mark.timeout(120)

GUIDE = Path(__file__).parents[2] / "docs" / "checkers.md"
_PART = re.compile(r"^<!-- (example|try) ?(\{[^\n]*\})? -->$|^```\w+\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Files that the guide shows, and what is to come of outputs."""

    files: dict[str, str]
    tried: dict[str, Any]


def _examples() -> Iterator[Example]:
    files: dict[str, str] = {}
    for part in _PART.finditer(GUIDE.read_text()):
        if part[1] == "example":
            files = {}
        elif part[1] == "try":
            yield Example(files=dict(files), tried=json.loads(part[2]))
        else:
            files[part[3]] = part[4]


def _installed(folder: Path, files: dict[str, str]) -> None:
    """What pip leaves behind of the package that those files are."""
    project = tomllib.loads(files["pyproject.toml"])
    name = project["project"]["name"]
    told = folder / f"{name.replace('-', '_')}-{project['project']['version']}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {project['project']['version']}\n")
    points = project["project"]["entry-points"]
    lines = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in made.items()) for group, made in points.items()
    ]
    (told / "entry_points.txt").write_text("".join(lines))
    for module in project["tool"]["setuptools"]["py-modules"]:
        (folder / f"{module}.py").write_text(files[f"{module}.py"])


def test_every_way_has_an_example() -> None:
    """None of the examples gets lost when the guide is rewritten: two built-in, one installed, one program."""
    assert [sorted(example.files) for example in _examples()] == [
        ["problem.yaml"],
        ["domjudge-problem.ini"],
        ["domjudge-problem.ini", "judge_parity.py", "pyproject.toml"],
        ["output_validators/two_numbers.py", "problem.yaml"],
    ]


@pytest.mark.parametrize("number", range(4))
async def test_example(number: int, short_tmp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example accepts and rejects what the guide says, really judged."""
    example = list(_examples())[number]
    files = dict(example.files)
    if "pyproject.toml" in files:
        _installed(tmp_path, files)
        monkeypatch.syspath_prepend(tmp_path)
        files = {"domjudge-problem.ini": files["domjudge-problem.ini"]}
    plugins.found.cache_clear()
    data = {
        f"data/{group}/1.{end}": example.tried.get(key, "")
        for group in ("sample", "secret")
        for end, key in (("in", "input"), ("ans", "answer"))
    }
    package = write(tmp_path, {"problem.yaml": None, **files, **data}, name="example")
    settings = Settings(isolation=Isolation.LOCAL, data_dir=short_tmp / f"guide-{number}")
    for verdict, outputs in (("AC", example.tried["accepted"]), ("WA", example.tried["rejected"])):
        for output in outputs:
            source = tmp_path / "said.py"
            source.write_text(f"print({output!r}, end='')\n")
            judged = await judge_source(settings, package, source, language_id=None, is_full=False, said=lambda _: None)

            assert judged["verdict"] == verdict, (output, judged)
    plugins.found.cache_clear()
