"""What the command line tells of images, with a real engine."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import docker

from judge.hosts import host
from judge.recipes.languages import offered
from sandbox import images, loading
from sandbox.trees import Recipe
from tests.integration.test_cli import judge


def test_images_as_json(image_names: dict[str, str]) -> None:
    """Every image is told of once, with what it is used for and what this host has of it."""
    listed = json.loads(judge("language", "images", "--json").stdout)["images"]

    assert {item["name"]: item["digest"] for item in listed}.items() <= image_names.items()
    assert [item["tag"] for item in listed] == [recipe.tag for recipe in host.recipes()]
    # Languages that are not offered may share images with those that are.
    for use in ("runs", "compiles"):
        uses = [name for item in listed for name in item[use]]
        assert {"script", *offered()} <= set(uses)
        assert len(uses) == len(set(uses))
    static = next(item for item in listed if item["name"] == "static")
    assert (static["compiles"], static["packages"]) == ([], 1)
    assert 0 < static["size_bytes"] < 1024 * 1024
    assert next(item for item in listed if item["name"] == "gcc")["runs"] == []


def test_images_as_a_table(image_names: dict[str, str]) -> None:
    """Each line has an image with its purpose, languages, size, packages and the beginning of its digest."""
    lines = judge("language", "images").stdout.splitlines()

    # What is too long for its column goes on in the next line.
    names = [line.split()[0] for line in lines[1:] if not line.startswith("  ")]
    static = next(line for line in lines if line.split()[0] == "static")
    words = " ".join(lines).replace(",", " ").split()
    assert names == [recipe.name for recipe in host.recipes()]
    assert "running" in static and "compiling" not in static
    assert set(offered()) <= set(words)
    assert image_names["static"].removeprefix("sha256:")[:12] in static


def test_packages_of_an_image(image_names: dict[str, str]) -> None:
    """Names and versions, line by line or as one document."""
    lines = judge("language", "images", "--packages", "java-run").stdout.splitlines()
    document = json.loads(judge("language", "images", "--packages", "java-run", "--json").stdout)

    assert "openjdk-21-jre-headless" in {line.split()[0] for line in lines}
    assert lines == [f"{item['name']} {item['version']}" for item in document["packages"]]
    assert document["image"] == "java-run"


def test_what_pruning_would_remove(image_names: dict[str, str], tmp_path: Path) -> None:
    """Images of older recipes and folders of killed builds are told of with their sizes, and the list hints at them.

    Nothing is removed, and nothing that a recipe means would be.
    """
    old = Recipe(name="prune-me", packages=("one",))
    with tarfile.open(tmp_path / "tree.tar", "w") as tree:
        tree.addfile(tarfile.TarInfo("file"))
    digest = loading.load(old, tmp_path / "tree.tar")
    folder = tmp_path / "images" / "c.build-x"
    folder.mkdir(parents=True)
    (folder / "tree.tar").write_bytes(bytes(1024 * 1024))
    try:
        lines = judge("image", "prune", "--dry-run", JUDGE_DATA_DIR=str(tmp_path)).stdout.splitlines()
        listed = json.loads(judge("language", "images", "--json").stdout)["stale"]
        hint = judge("language", "images").stderr
        assert images.find(old) == digest
    finally:
        client = docker.from_env()
        client.images.remove(old.tag)
        client.close()

    assert f"{old.tag}: 0.0 MiB" in lines
    assert f"{folder}: 1.0 MiB" in lines
    assert lines[-1].endswith(" MiB to be freed")
    assert not [line for line in lines if line.startswith(tuple(recipe.tag for recipe in host.recipes()))]
    assert old.tag in {tag for item in listed for tag in item["tags"]}
    assert "`judge image prune` removes them" in hint
    assert folder.exists()


def test_versions_are_those_of_the_images(image_names: dict[str, str]) -> None:
    """The list of languages asks the image that has the compiler, which need not be the one that programs run in."""
    listed = json.loads(judge("language", "list", "--json", JUDGE_ISOLATION="container").stdout)["languages"]

    assert {item["id"]: item["image"] for item in listed} == {item.id: item.image for item in offered().values()}
    assert all(item["version"] for item in listed)


def test_an_unknown_image_has_no_packages() -> None:
    """A mistyped name is answered with those there are."""
    done = judge("language", "images", "--packages", "zig")

    assert done.returncode == 2
    assert "no image is called zig" in done.stderr
