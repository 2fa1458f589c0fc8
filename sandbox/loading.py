"""Handing images to the engine: trees made here, and somebody else's images by their digest."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import docker
import docker.errors
from requests.exceptions import RequestException

from judge.errors import SandboxError
from sandbox import engine
from sandbox.trees import CONFIG, Recipe

_TIMEOUT_S = 600
_CHUNK_BYTES = 1024 * 1024


def load(recipe: Recipe, tar: Path) -> str:
    """Give the engine an image of that tree and the recipe's tag, and say the image's id.

    The engine could import a tree as it is, but would note the time; loading an image that says itself when it was made
    gives an id that is the digest of its contents. The tag is the last thing made, and only of a whole image.

    Raises:
        SandboxError: the engine does not take it.
    """
    client = engine.connect(timeout_s=_TIMEOUT_S)
    try:
        architecture = str(client.version()["Arch"])
        archive = _archive(recipe, tar, architecture)
        told = client.api.load_image(archive, quiet=True)  # type: ignore[no-untyped-call]
        # The engine says "200 OK" first and what went wrong afterwards, in a line of its own.
        _check(told, f"image {recipe.name}: the Docker engine cannot load it")
        image = client.images.get(recipe.tag)
        # Once more, because only then the engine notes when it was.
        image.tag(*recipe.tag.split(":"))
        return str(image.id)
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"image {recipe.name}: the Docker engine cannot load it: {error}") from error
    finally:
        client.close()


def _archive(recipe: Recipe, tar: Path, architecture: str) -> Iterator[bytes]:
    """What ``docker save`` would have written of an image with that one layer."""
    with tar.open("rb") as tree:
        layer = hashlib.file_digest(tree, "sha256").hexdigest()
    created = datetime.fromtimestamp(recipe.epoch_s, UTC).isoformat().replace("+00:00", "Z")
    document = {
        "architecture": architecture,
        "os": "linux",
        "created": created,
        "config": CONFIG,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
        "history": [{"created": created, "created_by": "judge image build"}],
    }
    config = json.dumps(document, sort_keys=True).encode()
    digest = hashlib.sha256(config).hexdigest()
    manifest = [{"Config": f"{digest}.json", "RepoTags": [recipe.tag], "Layers": [f"{layer}.tar"]}]
    yield from _entry(f"{digest}.json", io.BytesIO(config), len(config))
    with tar.open("rb") as tree:
        yield from _entry(f"{layer}.tar", tree, tar.stat().st_size)
    text = json.dumps(manifest).encode()
    yield from _entry("manifest.json", io.BytesIO(text), len(text))
    yield bytes(2 * tarfile.BLOCKSIZE)


def _entry(name: str, content: io.BufferedIOBase, size_bytes: int) -> Iterator[bytes]:
    entry = tarfile.TarInfo(name)
    entry.size = size_bytes
    yield entry.tobuf()
    while piece := content.read(_CHUNK_BYTES):
        yield piece
    yield bytes(-size_bytes % tarfile.BLOCKSIZE)


def pull(recipe: Recipe) -> str:
    """Have the engine fetch somebody else's image, which its digest says is the one that is meant, and say its id.

    Raises:
        SandboxError: it cannot be had: unknown to the registry, not that image, or no registry answers.
    """
    if recipe.oci.startswith("sha256:"):
        raise SandboxError(f"image {recipe.name}: the engine has no {recipe.oci}: `docker load` it, or name a registry")
    failed = f"image {recipe.name}: the Docker engine cannot pull {recipe.oci}"
    client = engine.connect(timeout_s=_TIMEOUT_S)
    try:
        _check(client.api.pull(recipe.oci, stream=True, decode=True), failed)
        return str(client.images.get(recipe.oci).id)
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"{failed}: {getattr(error, 'explanation', None) or error}") from error
    finally:
        client.close()


def _check(told: Iterator[object], failed: str) -> None:
    """Read all that the engine tells of its work, to the first error."""
    for line in told:
        if isinstance(line, Mapping) and "error" in line:
            raise SandboxError(f"{failed}: {line['error']}")
