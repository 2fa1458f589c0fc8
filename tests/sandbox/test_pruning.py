"""Collecting garbage: what goes, and all that has to stay."""

from __future__ import annotations

import fcntl
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker
import docker.errors
import pytest

from sandbox import loading, pruning
from sandbox.trees import Recipe

#: Raised with each image, so that no two have the same files.
KIB = 1024


class Yard:
    """Images made for one test, all called after it, and removed with it."""

    def __init__(self, client: docker.DockerClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.ids: list[str] = []

    def image(self, name: str, *packages: str) -> Recipe:
        """An image of ours with nothing but a file in it, of a size of its own."""
        recipe = Recipe(name=f"yard-{name}", packages=packages)
        tar = self.folder / f"{name}.tar"
        content = os.urandom((len(self.ids) + 1) * KIB)
        with tarfile.open(tar, "w") as tree:
            entry = tarfile.TarInfo("file")
            entry.size = len(content)
            tree.addfile(entry, io.BytesIO(content))
        self.ids.append(loading.load(recipe, tar))
        return recipe

    async def stale(self, *kept: Recipe) -> list[pruning.Stale]:
        """What of this test's images would go."""
        return [item for item in await pruning.stale({recipe.tag for recipe in kept}) if item.digest in self.ids]

    def has(self, digest: str) -> bool:
        try:
            self.client.images.get(digest)
        except docker.errors.ImageNotFound:
            return False
        return True


@pytest.fixture
def yard(client: docker.DockerClient, tmp_path: Path) -> Iterator[Yard]:
    """A place to litter."""
    made = Yard(client, tmp_path)
    yield made
    for digest in made.ids:
        for tag in client.images.get(digest).tags if made.has(digest) else ():
            client.images.remove(tag)
        if made.has(digest):
            client.images.remove(digest)


async def test_what_no_recipe_means_goes(yard: Yard) -> None:
    """An image of an older recipe, and one whose name a newer build has; what is meant stays."""
    older = yard.image("a", "one")
    yard.image("b", "one")
    current = yard.image("b", "one")
    old, nameless, new = yard.ids

    found = await yard.stale(current)
    assert [(item.digest, item.tags) for item in found] == [(nameless, ()), (old, (older.tag,))]
    assert all(item.size_bytes >= KIB for item in found)
    for item in found:
        assert await pruning.remove(item)
    assert [yard.has(digest) for digest in (old, nameless, new)] == [False, False, True]
    # Somebody else may have removed it meanwhile.
    assert await pruning.remove(found[0])


async def test_what_a_container_uses_stays(yard: Yard, client: docker.DockerClient) -> None:
    """Its user is named; also one that turned up after we had looked."""
    yard.image("used", "one")
    (free,) = await yard.stale()
    container = client.containers.create(yard.ids[0], command=["/never/started"])
    try:
        (used,) = await yard.stale()
        is_removed = await pruning.remove(free)
    finally:
        container.remove()

    assert (free.used_by, used.used_by, is_removed) == ((), (container.name,), False)
    assert yard.has(yard.ids[0])


async def test_what_is_not_ours_stays(yard: Yard, client: docker.DockerClient) -> None:
    """An image without our label; one that was given another name; and one that was made from ours."""
    yard.image("named", "one")
    client.images.get(yard.ids[0]).tag("somebody/else", "theirs")
    yard.image("below", "one")
    container = client.containers.create(yard.ids[1], command=["/never/started"])
    try:
        yard.ids.insert(0, str(container.commit(changes="CMD /other").id))
    finally:
        container.remove()
    imported = client.api.import_image_from_data(b"\0" * 1024, repository="judge/yard-foreign", tag="0" * 12)
    yard.ids.insert(0, imported.split('"status":"')[1][:71])
    foreign, made_from_ours, named, below = yard.ids

    assert {item.digest for item in await yard.stale()} == {below}
    assert all(yard.has(digest) for digest in (foreign, made_from_ours, named))


async def test_equal_files_are_not_freed_twice(yard: Yard, tmp_path: Path) -> None:
    """An image whose files another one has too frees nothing; what keeps a name loses the old one, though in use."""
    first = yard.image("same", "one")
    second = Recipe(name="yard-same", packages=("two",))
    assert loading.load(second, tmp_path / "same.tar") == yard.ids[0]

    container = yard.client.containers.create(yard.ids[0], command=["/never/started"])
    try:
        (item,) = await yard.stale(second)
        assert (item.tags, item.size_bytes, item.used_by) == ((first.tag,), 0, ())
        assert await pruning.remove(item)
    finally:
        container.remove()
    assert yard.client.images.get(second.tag).tags == [second.tag]


async def test_what_killed_builds_left_goes(tmp_path: Path) -> None:
    """Their folders are measured and removed, but not that of a build under way."""
    for name in ("killed", "running"):
        folder = tmp_path / f"{name}.build-abc"
        folder.mkdir()
        (folder / "tree.tar").write_bytes(b"x" * 64 * KIB)
    with (tmp_path / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = await pruning.leftovers(tmp_path, is_removing=False)
        assert await pruning.leftovers(tmp_path, is_removing=True) == found

    assert [(item.path.name, item.size_bytes) for item in found] == [("killed.build-abc", 64 * KIB)]
    assert sorted(path.name for path in tmp_path.glob("*.build-*")) == ["running.build-abc"]
