"""Recipes of images: what their names depend on, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from judge.config import Settings
from judge.errors import SandboxError
from judge.hosts import host
from judge.recipes import languages
from sandbox import trees
from sandbox.trees import Recipe


def test_the_tag_depends_on_what_the_image_holds_and_on_nothing_else() -> None:
    """Packages change it, and so does leaving out all others; their order does not."""
    tag = Recipe(name="c", packages=("gcc", "make")).tag

    assert Recipe(name="c", packages=("make", "gcc")).tag == tag
    assert Recipe(name="c", packages=("gcc",)).tag != tag
    assert Recipe(name="c", packages=("gcc", "make"), is_bare=True).tag != tag
    assert tag.startswith("judge/c:")
    assert len(tag.split(":")[1]) == 12


def test_the_tag_depends_on_how_it_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A changed suite, hook or option is another image."""
    recipe = Recipe(name="c", packages=("gcc",))
    tags = {recipe.tag}
    monkeypatch.setattr(trees, "SUITE", "forky")
    tags.add(recipe.tag)
    monkeypatch.setattr(trees, "_OPTIONS", ("--variant=apt",))
    tags.add(recipe.tag)
    hook = tmp_path / "hook"
    hook.write_text("true")
    monkeypatch.setattr(trees, "HOOK", hook)
    tags.add(recipe.tag)

    assert len(tags) == 4


def test_only_bare_images_depend_on_how_bare_ones_are_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A change of the hook that unpacks bare images leaves whole ones as they are built."""
    whole = Recipe(name="c", packages=("gcc",))
    bare = Recipe(name="c", packages=("gcc",), is_bare=True)
    before = whole.tag, bare.tag
    hook = tmp_path / "hook"
    hook.write_text("true")
    monkeypatch.setattr(trees, "BARE_HOOK", hook)

    assert whole.tag == before[0]
    assert bare.tag != before[1]


def test_a_pinned_image_is_another_one() -> None:
    """It is called after its moment, wherever on earth that is told from, and comes from that day of an archive."""
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    free = Recipe(name="c", packages=("gcc",))
    pinned = Recipe(name="c", packages=("gcc",), snapshot=moment)
    elsewhere = Recipe(name="c", packages=("gcc",), snapshot=moment.astimezone(timezone(timedelta(hours=5))))
    later = Recipe(name="c", packages=("gcc",), snapshot=moment + timedelta(seconds=1))

    assert pinned.tag == elsewhere.tag
    assert len({free.tag, pinned.tag, later.tag}) == 3
    assert pinned.source(None) == f"{trees.SNAPSHOTS}/20260301T120000Z/"
    assert pinned.source("http://archive.local/debian/") == "http://archive.local/debian/20260301T120000Z/"
    assert free.source("http://mirror.local/debian/") == "http://mirror.local/debian/"


def test_the_settings_pin_all_that_is_built() -> None:
    """Every recipe of packages is of that day; somebody else's image is what it is."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    languages.choose(Settings(debian_snapshot=moment))
    try:
        assert {recipe.snapshot for recipe in host.recipes(languages.images())} == {moment}
    finally:
        languages.choose(Settings())
    assert {recipe.snapshot for recipe in host.recipes()} == {None}


@pytest.mark.parametrize("word", ["", "--hook", "a,b", "a b", "A", "../x", "a;b"])
def test_names_that_are_no_names_are_refused(word: str) -> None:
    """Nothing in a recipe can become an option or a path of the command that builds it."""
    with pytest.raises(SandboxError, match="cannot be the name"):
        Recipe(name="c", packages=(word,))
    with pytest.raises(SandboxError, match="cannot be the name"):
        Recipe(name=word, packages=())


def test_every_language_has_a_recipe() -> None:
    """What recipes say of images is valid, of those that nobody is offered too."""
    for recipe in host.recipes(languages.images()):
        assert recipe.tag.startswith(f"judge/{recipe.name}:")
