"""``judge language``: showing a recipe, testing a language, adding one of one's own."""

from __future__ import annotations

import json
from pathlib import Path

from judge.recipes.trials import NEEDED
from tests.integration.test_cli import judge
from tests.unit.test_recipes_of_languages import NIM


def test_all_recipes_are_listed() -> None:
    """With --all there are also languages that nobody may submit in yet."""
    few = json.loads(judge("language", "list", "--json", JUDGE_ISOLATION="local").stdout)["languages"]
    every = json.loads(judge("language", "list", "--all", "--json", JUDGE_ISOLATION="local").stdout)["languages"]

    assert {item["id"] for item in few} < {item["id"] for item in every}
    assert {"kotlin", "csharp", "go", "rust"} <= {item["id"] for item in every}


def test_the_settings_say_what_is_offered() -> None:
    """A list of ids in the environment, in its order; one that is none is named."""
    listed = judge("language", "list", "--json", JUDGE_ISOLATION="local", JUDGE_LANGUAGES='["lua", "c"]')
    refused = judge("language", "list", JUDGE_LANGUAGES='["klingon"]')

    assert [item["id"] for item in json.loads(listed.stdout)["languages"]] == ["lua", "c"]
    assert refused.returncode == 2
    assert "setting languages: 'klingon' is none; there are: " in refused.stderr


def test_a_recipe_is_shown() -> None:
    """Everything it says, for people and as one document, with a program that works."""
    text = judge("language", "show", "cpp20", JUDGE_ISOLATION="local").stdout
    document = json.loads(judge("language", "show", "cpp20", "--json", JUDGE_ISOLATION="local").stdout)

    assert "/usr/bin/g++ -x c++ -std=gnu++20" in text
    assert document["run"] == ["/work/program"]
    assert "bits/stdc++.h" in document["sample"]


def test_a_language_of_ones_own(tmp_path: Path) -> None:
    """It is checked, copied into the folder of the settings, and there from then on."""
    made, folder = tmp_path / "made", tmp_path / "folder"
    made.mkdir()
    folder.mkdir()
    (made / "nim.toml").write_text(NIM)
    programs = [made / f"{name}.nim" for name in NEEDED]
    for path in programs:
        path.write_text("echo 1")
    recipe = str(made / "nim.toml")

    assert "set languages_dir" in judge("language", "add", recipe).stderr
    lacking = judge("language", "add", recipe, str(programs[0]), JUDGE_LANGUAGES_DIR=str(folder))
    assert "wrong, slow, crash, broken missing" in lacking.stderr
    added = judge("language", "add", recipe, *map(str, programs), JUDGE_LANGUAGES_DIR=str(folder))
    assert "judge language test nim" in added.stdout
    shown = judge("language", "show", "nim", "--json", JUDGE_LANGUAGES_DIR=str(folder), JUDGE_ISOLATION="local")
    assert json.loads(shown.stdout)["sample"] == "echo 1"

    (made / "other.toml").write_text(NIM.replace("name =", "nam ="))
    refused = judge("language", "add", str(made / "other.toml"), JUDGE_LANGUAGES_DIR=str(folder))
    assert "other.toml: nam: is no key of a recipe" in refused.stderr
    assert not (folder / "other.toml").exists()


def test_testing_at_level_local() -> None:
    """Programs are judged at the level of the settings, and the exit code says whether all is well."""
    done = judge(
        "language", "test", "python3", "--program", "sum", "--program", "broken", "--json", JUDGE_ISOLATION="local"
    )

    assert done.returncode == 0, done.stderr
    programs = json.loads(done.stdout)["programs"]
    assert [(item["program"], item["verdict"], item["ok"]) for item in programs] == [
        ("sum", "AC", True),
        ("broken", "CE", True),
    ]
