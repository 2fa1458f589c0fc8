"""Collecting garbage: images of ours that no recipe means any more, and what killed builds left."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import docker.errors
from requests.exceptions import RequestException

from judge.errors import SandboxError
from sandbox import engine
from sandbox.images import abandoned, remove_folder
from sandbox.inventory import LOOKING
from sandbox.trees import LABEL

#: What nobody but a recipe's tag is called.
_OUR_TAG = re.compile(r"judge/[a-z0-9][a-z0-9+.-]{0,63}:[0-9a-f]{12}")
#: Looking into an image takes a second; whoever did so for this long was killed.
_LOOKING_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """An image of ours under names that no recipe has any more."""

    digest: str
    #: None where a newer build has taken the name.
    tags: tuple[str, ...]
    #: What removing it frees: nothing where another image has the same files.
    size_bytes: int
    #: Names of the containers that keep it from being removed, running or not.
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """The folder of a build that was killed."""

    path: Path
    size_bytes: int


async def stale(kept: Collection[str]) -> list[Stale]:
    """The images made here whose tags are none of ``kept``, largest first.

    An image that somebody has given another name, or made from one of ours, is not ours.

    Raises:
        SandboxError: no Docker engine answers.
    """
    return await asyncio.to_thread(_stale, kept)


async def remove(image: Stale) -> bool:
    """Remove an image, unless a container uses it by now; whether it is gone.

    Raises:
        SandboxError: the engine cannot say.
    """
    return await asyncio.to_thread(_remove, image)


async def remove_containers() -> None:
    """Remove the containers that killed processes have left which only looked into an image.

    Raises:
        SandboxError: no Docker engine answers.
    """
    await asyncio.to_thread(_remove_containers)


async def leftovers(cache_dir: Path, *, is_removing: bool) -> list[Leftover]:
    """What killed builds left in ``cache_dir``, before it is removed if ``is_removing``. Builds under way are let be.

    Raises:
        SandboxError: something is mounted in one of the folders.
    """
    return await asyncio.to_thread(_leftovers, cache_dir, is_removing=is_removing)


def _stale(kept: Collection[str]) -> list[Stale]:
    with _asked() as client:
        users: dict[str, list[str]] = {}
        for container in client.api.containers(all=True):
            users.setdefault(container["ImageID"], []).append(container["Names"][0].lstrip("/"))
        # By the layer, since images of different recipes may have the same files.
        images = client.api.images()
        layers = {image["Id"]: _layers(client, image["Id"]) for image in images}
        holders = Counter(layer for held in layers.values() for layer in held)
        found = []
        for image in images:
            tags, held = _tags(image), layers[image["Id"]]
            gone = tuple(tag for tag in tags if tag not in kept)
            if (tags and not gone) or not _is_ours(client, image):
                continue
            # One that a recipe still means keeps that name, and loses others whoever uses it.
            is_last = len(gone) == len(tags)
            found.append(
                Stale(
                    digest=image["Id"],
                    tags=gone,
                    size_bytes=int(image["Size"]) if is_last and holders[held[0]] == 1 else 0,
                    used_by=tuple(users.get(image["Id"], ())) if is_last else (),
                )
            )
    return sorted(found, key=lambda item: (-item.size_bytes, item.tags, item.digest))


def _layers(client: docker.DockerClient, digest: str) -> list[str]:
    try:
        return list(client.images.get(digest).attrs["RootFS"].get("Layers") or ())
    except docker.errors.ImageNotFound:
        return []


def _is_ours(client: docker.DockerClient, image: Mapping[str, Any]) -> bool:
    """Whether it was made here, and nothing was made of it since: what is made from an image inherits its labels."""
    if LABEL not in (image.get("Labels") or {}) or not all(_OUR_TAG.fullmatch(tag) for tag in _tags(image)):
        return False
    try:
        return len(client.images.get(image["Id"]).history()) == 1
    except docker.errors.ImageNotFound:
        return False


def _tags(image: Mapping[str, Any]) -> list[str]:
    return [tag for tag in image.get("RepoTags") or () if tag != "<none>:<none>"]


def _remove(image: Stale) -> bool:
    with _asked() as client:
        try:
            for name in image.tags or (image.digest,):
                client.api.remove_image(name, noprune=True)
        except docker.errors.ImageNotFound:
            return True
        except docker.errors.APIError as error:
            if error.status_code == 409:
                return False
            raise
    return True


def _remove_containers() -> None:
    with _asked() as client:
        for container in client.api.containers(all=True, filters={"label": LOOKING}):
            if container["State"] != "running" and container["Created"] < time.time() - _LOOKING_S:
                client.api.remove_container(container["Id"], force=True)


def _leftovers(cache_dir: Path, *, is_removing: bool) -> list[Leftover]:
    found = []
    for folder in abandoned(cache_dir):
        found.append(Leftover(path=folder, size_bytes=_size(folder)))
        if is_removing:
            remove_folder(folder)
    return found


def _size(folder: Path) -> int:
    """What a folder takes of the disk."""
    return sum(Path(parent, name).lstat().st_blocks * 512 for parent, _, names in os.walk(folder) for name in names)


@contextmanager
def _asked() -> Iterator[docker.DockerClient]:
    client = engine.connect()
    try:
        yield client
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"the Docker engine cannot say or remove which images it has: {error}") from error
    finally:
        client.close()
