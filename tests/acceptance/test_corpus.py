"""``judge problem verify`` on the corpus: every jury submission of every format gets what its author expected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
PACKAGES = sorted((TESTS / "packages").iterdir())
BROKEN = sorted((TESTS / "packages-broken").iterdir())
#: Packages that take seconds, and together use every part of the judge.
LIGHT = (
    *("answersonly", "bothmust", "closeness", "fewestmoves", "floatmix", "handmade", "longest", "shortcode"),
    *("tongues", "weights", "polypoints", "threepass"),
)
#: With room for a machine that has other things to do as well.
WHOLE_S = 1800
LIGHT_S = 600


def _verified(folder: Path, paths: list[Path], *, isolation: str, within_s: int) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and packages of ``judge problem verify paths… --json``, run in a folder that holds no settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    words = (sys.executable, "-m", "judge", "problem", "verify", "--isolation", isolation, "--json", *map(str, paths))
    done = subprocess.run(
        words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=within_s, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    problems: list[dict[str, Any]] = json.loads(done.stdout)["problems"]
    return done.returncode, problems


def _complaints(problems: list[dict[str, Any]]) -> list[str]:
    """Whatever is not as it should be."""
    errors = [f"{problem['name']}: {error}" for problem in problems for error in problem["errors"]]
    return errors + [
        f"{problem['name']}/{submission['path']}: {submission['verdict']} {submission['problems']}"
        for problem in problems
        for submission in problem["submissions"]
        if not submission["ok"]
    ]


@pytest.mark.thorough
@pytest.mark.timeout(WHOLE_S + 60)
def test_the_whole_corpus_in_containers(image_names: dict[str, str], tmp_path: Path) -> None:
    """At level ``container`` every submission of every package is judged as expected, and nothing else is wrong."""
    code, problems = _verified(tmp_path, PACKAGES, isolation="container", within_s=WHOLE_S)

    assert _complaints(problems) == []
    assert [Path(problem["path"]).name for problem in problems] == [path.name for path in PACKAGES]
    assert sum(len(problem["submissions"]) for problem in problems) >= 150
    assert code == 0


@pytest.mark.parametrize("isolation", [pytest.param("local", marks=pytest.mark.thorough), "container"])
@pytest.mark.timeout(LIGHT_S + 60)
def test_some_of_it(image_names: dict[str, str], tmp_path: Path, isolation: str) -> None:
    """Packages of each kind are judged as expected at this level, too."""
    paths = [TESTS / "packages" / name for name in LIGHT]
    code, problems = _verified(tmp_path, paths, isolation=isolation, within_s=LIGHT_S)

    assert _complaints(problems) == []
    assert len(problems) == len(LIGHT)
    assert all(problem["submissions"] for problem in problems)
    assert code == 0


@pytest.mark.timeout(LIGHT_S + 60)
def test_zips(tmp_path: Path) -> None:
    """Zips as DOMjudge and Polygon make them, without a folder at the top, and as Kattis does, with one."""
    paths = [
        _zipped(tmp_path, "domtwice", top=""),
        _zipped(tmp_path, "polypoints", top=""),
        _zipped(tmp_path, "tongues", top="tongues/"),
    ]
    code, problems = _verified(tmp_path, paths, isolation="local", within_s=LIGHT_S)

    assert _complaints(problems) == []
    assert [len(problem["submissions"]) for problem in problems] == [6, 6, 4]
    assert code == 0


@pytest.mark.timeout(LIGHT_S + 60)
def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    """Of each package that is wrong on purpose, what its ``expected-errors`` asks for is said, with its place."""
    code, problems = _verified(tmp_path, BROKEN, isolation="local", within_s=LIGHT_S)
    unsaid = [
        f"{path.name}: {line}"
        for path, problem in zip(BROKEN, problems, strict=True)
        for line in (path / "expected-errors").read_text().splitlines()
        if not _is_said(line, problem)
    ]

    assert unsaid == []
    assert code == 1


def _is_said(line: str, problem: dict[str, Any]) -> bool:
    """Whether a finding was made: an error, a judge error of a submission, or a submission that is not as expected."""
    kind, _, rest = line.partition(" ")
    submissions = problem["submissions"]
    if kind == "error":
        return any(error.startswith(rest) for error in problem["errors"])
    if kind == "JE":
        path, _, text = rest.partition(": ")
        return any(s["path"] == path and s["verdict"] == "JE" and text in s["message"] for s in submissions)
    assert kind == "unexpected", line
    return any(s["path"] == rest and s["verdict"] != "JE" and not s["ok"] for s in submissions)


def _zipped(folder: Path, name: str, *, top: str) -> Path:
    """A zip of one of the packages, all files below ``top``."""
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((TESTS / "packages" / name).rglob("*")):
            if file.is_file():
                archive.write(file, top + str(file.relative_to(TESTS / "packages" / name)))
    return path
