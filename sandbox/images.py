"""Images: the trees that cells live in, built here from Debian packages and named by what is in them.

A whole image is a small Debian that its packages are installed in, with a shell and a package manager: a compiler may
need them. A bare one holds the files of its packages and no more, and of these no program but interpreters.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import docker
import docker.errors
from requests.exceptions import RequestException

from judge.errors import ImageMissing, SandboxError
from sandbox import engine
from sandbox.engine import Progress
from sandbox.loading import load, pull
from sandbox.trees import Recipe, make_tree

_AT_ONCE = 2
_LOCK_POLL_S = 0.2
_MIB = 1024 * 1024


def find(recipe: Recipe) -> str:
    """The id of that recipe's image.

    Raises:
        ImageMissing: it has not been built on this host.
        SandboxError: no Docker engine answers.
    """
    found = _built([recipe])
    if recipe.name not in found:
        raise ImageMissing(f"image {recipe.name} ({recipe.tag}) is not built: run `judge image build {recipe.name}`")
    return found[recipe.name]


async def ensure(
    recipes: Iterable[Recipe],
    *,
    mirror: str | None,
    cache_dir: Path,
    progress: Progress,
    is_again: bool = False,
) -> dict[str, str]:
    """Build the images that are missing and give all ids by recipe name. One failing does not stop the others.

    Args:
        mirror: where packages come from, or for pinned recipes the archive of days; None takes the host's own mirror if
            it is a Debian, else mmdebstrap's choice, and Debian's archive.
        cache_dir: for unfinished images; what a killed build leaves there is removed by the next one.
        is_again: also those that are there, which Debian may have newer packages for.

    Raises:
        SandboxError: some image cannot be built, each with the end of what mmdebstrap said.
    """
    wanted = list(recipes)
    ids = {} if is_again else await built(wanted)
    missing = [recipe for recipe in wanted if recipe.name not in ids]
    if not missing:
        return ids
    if any(recipe.packages for recipe in missing):
        _check_tools()
    cache_dir.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    turns = asyncio.Semaphore(_AT_ONCE)

    async def build(recipe: Recipe) -> None:
        async with turns:
            try:
                ids[recipe.name] = await _build(recipe, mirror, cache_dir, progress, is_again=is_again)
            except SandboxError as error:
                progress(f"image {recipe.name}: failed")
                failures.append(str(error))

    async with asyncio.TaskGroup() as group:
        for recipe in missing:
            group.create_task(build(recipe), name=f"build image {recipe.name}")
    if failures:
        raise SandboxError("\n".join(failures))
    return ids


def _check_tools() -> None:
    needed = {"mmdebstrap": "mmdebstrap"} if os.geteuid() == 0 else {"mmdebstrap": "mmdebstrap", "newuidmap": "uidmap"}
    if missing := [package for program, package in needed.items() if shutil.which(program) is None]:
        packages = " ".join([*missing, "debian-archive-keyring"])
        raise SandboxError(f"building images needs {' and '.join(missing)}: run `sudo apt-get install {packages}`")


async def built(recipes: Iterable[Recipe]) -> dict[str, str]:
    """Ids of those of the images that this host has, by recipe name.

    Raises:
        SandboxError: no Docker engine answers.
    """
    return await asyncio.to_thread(_built, list(recipes))


def _built(recipes: Iterable[Recipe]) -> dict[str, str]:
    client = engine.connect()
    found: dict[str, str] = {}
    try:
        for recipe in recipes:
            with suppress(docker.errors.ImageNotFound):
                found[recipe.name] = str(client.images.get(recipe.tag).id)
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"the Docker engine cannot say which images it has: {error}") from error
    finally:
        client.close()
    return found


async def _build(recipe: Recipe, mirror: str | None, cache_dir: Path, progress: Progress, *, is_again: bool) -> str:
    """One image, from nothing to its tag. The tag is the last thing made, and only of a whole tree."""
    started = time.monotonic()
    async with _only_builder(recipe, cache_dir, progress) as folder:
        # Somebody else may have built it while we waited for our turn.
        if not is_again and (found := await built([recipe])):
            return found[recipe.name]
        if recipe.oci:
            progress(f"image {recipe.name}: pulling")
            return await asyncio.to_thread(pull, recipe)
        tar = folder / "tree.tar"
        progress(f"image {recipe.name}: building (takes {'some seconds' if recipe.is_bare else 'a minute'})")
        await make_tree(recipe, mirror, tar, progress)
        progress(f"image {recipe.name}: loading")
        image = await asyncio.to_thread(load, recipe, tar)
        size_mib = tar.stat().st_size // _MIB
    progress(f"image {recipe.name}: ready ({size_mib} MiB, {time.monotonic() - started:.0f} s)")
    return image


@asynccontextmanager
async def _only_builder(recipe: Recipe, cache_dir: Path, progress: Progress) -> AsyncIterator[Path]:
    """A folder for building that image, held by nobody else; what a killed holder left is removed first."""
    descriptor = _open_lock(cache_dir, recipe.name)
    try:
        is_told = False
        while not _is_locked(descriptor):
            if not is_told:
                progress(f"image {recipe.name}: another process builds it, waiting")
            is_told = True
            await asyncio.sleep(_LOCK_POLL_S)
        for left in cache_dir.glob(f"{recipe.name}.build-*"):
            await asyncio.to_thread(remove_folder, left)
        folder = Path(tempfile.mkdtemp(prefix=f"{recipe.name}.build-", dir=cache_dir))
        try:
            yield folder
        finally:
            await asyncio.to_thread(remove_folder, folder)
    finally:
        os.close(descriptor)


def abandoned(cache_dir: Path) -> Iterator[Path]:
    """The folders of builds that were killed; nobody else builds that image while one is looked at."""
    for folder in sorted(cache_dir.glob("*.build-*")):
        descriptor = _open_lock(cache_dir, folder.name.rpartition(".build-")[0])
        try:
            if _is_locked(descriptor) and folder.exists():
                yield folder
        finally:
            os.close(descriptor)


def _open_lock(cache_dir: Path, name: str) -> int:
    return os.open(cache_dir / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_locked(descriptor: int) -> bool:
    """Take the lock if nobody has it. The kernel gives it back when its holder ends, however that is."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remove_folder(folder: Path) -> None:
    """Remove a build's folder, unless something is mounted below it: that could be the host's own /dev."""
    inside = f" {folder.resolve()}/"
    if inside in Path("/proc/self/mountinfo").read_text(errors="replace"):
        raise SandboxError(f"something is mounted below {folder}: unmount it, then remove that folder")
    shutil.rmtree(folder, ignore_errors=True)
