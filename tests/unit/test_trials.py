"""The test programs beside the recipes: which there are, and what is said where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.config import Settings
from judge.errors import UsageError
from judge.recipes import languages, trials
from judge.recipes.recipe import Language
from judge.verdicts import Verdict
from tests.unit.test_recipes_of_languages import NIM

KNOWN = [item for item in languages.languages().values() if not item.is_internal]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An organiser's folder with one recipe; afterwards the process has its own languages again."""
    (tmp_path / "nim.toml").write_text(NIM)
    languages.choose(Settings(languages_dir=tmp_path))
    yield tmp_path
    languages.choose(Settings())


@pytest.mark.parametrize("recipe", KNOWN, ids=lambda item: item.id)
def test_every_language_has_its_programs(recipe: Language) -> None:
    """Each language comes with programs that are right, wrong, endless, crashing and broken, and with one to show."""
    found = {trial.name: trial for trial in trials.trials(recipe)}

    assert set(trials.NEEDED) <= found.keys()
    assert found["wrong"].expected is Verdict.WA
    assert all(trial.source.language == recipe.id for trial in found.values())
    assert (trials.sample(recipe) or "").strip()


def test_there_are_thirty_languages() -> None:
    """Standards and compilers of one language count once."""
    assert len({item.code for item in KNOWN}) >= 30


def test_programs_of_an_organisers_language(folder: Path) -> None:
    """They lie below the recipe; one that is missing, or that nobody knows what to expect of, is named."""
    recipe = languages.language("nim")
    with pytest.raises(UsageError, match=r"nim: there is no sum\.nim, wrong\.nim"):
        trials.trials(recipe)
    programs = folder / "programs" / "nim"
    programs.mkdir(parents=True)
    for name in trials.NEEDED:
        (programs / f"{name}.nim").write_text("echo 1")

    assert [trial.name for trial in trials.trials(recipe)] == list(trials.NEEDED)
    (programs / "fast.nim").write_text("echo 1")
    with pytest.raises(UsageError, match=r"fast\.nim: a program is called one of sum, loop"):
        trials.trials(recipe)
