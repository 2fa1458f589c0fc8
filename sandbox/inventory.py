"""What the images of this host hold: size, age, packages, and what their programs say."""

from __future__ import annotations

import asyncio
import contextlib
import io
import shlex
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import docker
import docker.errors
from requests.exceptions import RequestException

from judge.errors import SandboxError
from sandbox import engine
from sandbox.trees import Recipe

#: Where a Debian says which packages it holds; ours keep that file, bare ones too.
_PACKAGES = "/var/lib/dpkg/status"
_PACKAGES_BYTES = 32 * 1024 * 1024
_SAID_CHARS = 500
#: On the containers that are made to look into an image, and which a kill -9 leaves.
LOOKING = "judge.looking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A Debian package in an image."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """An image as this host has it."""

    #: The engine's name for exactly this content.
    digest: str
    size_bytes: int
    built_at: datetime
    #: By name.
    packages: tuple[Package, ...]


async def contents(recipe: Recipe) -> Contents | None:
    """What the image of ``recipe`` holds; None where it has not been built.

    Raises:
        SandboxError: no Docker engine answers, or the image's list of packages is not one.
    """
    return await asyncio.to_thread(_contents, recipe)


async def first_line(recipe: Recipe, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> str | None:
    """The first line a program of an image says, such as its version; None where there is no such image."""
    return await asyncio.to_thread(_first_line, recipe, argv, environment or {})


def parse_packages(status: str) -> tuple[Package, ...]:
    """The packages that a dpkg status file tells of, by name."""
    found: list[Package] = []
    for stanza in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and not line.startswith(" "))
        if "Package" in fields and fields.get("Status", "").endswith(" installed"):
            found.append(Package(name=fields["Package"], version=fields.get("Version", "")))
    return tuple(sorted(found, key=lambda package: package.name))


def _contents(recipe: Recipe) -> Contents | None:
    with _asked(engine.connect(), recipe) as client:
        try:
            image = client.images.get(recipe.tag)
        except docker.errors.ImageNotFound:
            return None
        return Contents(
            digest=str(image.id),
            size_bytes=int(image.attrs["Size"]),
            built_at=_built_at(image.attrs),
            packages=parse_packages(_read(client, str(image.id), _PACKAGES)),
        )


def _built_at(attrs: Mapping[str, Any]) -> datetime:
    """When this host was given the image: what ours say themselves is the same however late they are built."""
    tagged = (attrs.get("Metadata") or {}).get("LastTagTime") or ""
    # An image without a tag, such as one that was pulled by its digest, was given one in the year 1.
    return datetime.fromisoformat(attrs["Created"] if tagged[:4] in ("", "0001") else tagged)


def _read(client: docker.DockerClient, image: str, path: str) -> str:
    """A text file of an image, empty where there is none. Nothing of the image is run."""
    made = client.api.create_container(image, command=["/never/started"], network_disabled=True, labels=[LOOKING])
    try:
        pieces, _ = client.api.get_archive(made["Id"], path)
        archive = io.BytesIO()
        for piece in pieces:
            archive.write(piece)
            if archive.tell() > _PACKAGES_BYTES:
                raise SandboxError(f"{path} of image {image} is larger than {_PACKAGES_BYTES} bytes")
    except docker.errors.NotFound:
        return ""
    finally:
        client.api.remove_container(made["Id"], force=True)
    archive.seek(0)
    with tarfile.open(fileobj=archive) as tree:
        file = tree.extractfile(tree.getmembers()[0])
        return file.read().decode(errors="replace") if file is not None else ""


def _first_line(recipe: Recipe, argv: Sequence[str], environment: Mapping[str, str]) -> str | None:
    try:
        connected = engine.connect()
    except SandboxError:
        return None
    try:
        with _asked(connected, recipe) as client:
            # By its id: for a name that it does not have, the engine would go and ask a registry.
            code, said = _output(client, str(client.images.get(recipe.tag).id), argv, environment)
    except docker.errors.ImageNotFound:
        return None
    text = said.decode(errors="replace")
    if code != 0:
        raise SandboxError(f"image {recipe.name}: {shlex.join(argv)} ended with exit code {code}: {text[:_SAID_CHARS]}")
    return next(iter(text.splitlines()), "")


def _output(
    client: docker.DockerClient, image: str, argv: Sequence[str], environment: Mapping[str, str]
) -> tuple[int, bytes]:
    """The exit code of a program of an image, and all that it says."""
    container = client.containers.create(
        image,
        list(argv),
        environment=dict(environment),
        network_mode="none",
        read_only=True,
        # Some interpreters do not start without a folder to write to.
        tmpfs={"/tmp": "rw,nosuid,nodev,noexec,size=16m,mode=1777"},  # noqa: S108 - the container's own.
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        labels=[LOOKING],
    )
    try:
        container.start()
        code = int(container.wait()["StatusCode"])
        # Whoever follows the log while the container ends may miss a last line without an end.
        return code, container.logs()
    finally:
        container.remove(force=True)


@contextlib.contextmanager
def _asked(client: docker.DockerClient, recipe: Recipe) -> Iterator[docker.DockerClient]:
    """The engine, its errors as ours, closed at exit; that there is no such image stays what it is."""
    try:
        yield client
    except docker.errors.ImageNotFound:
        raise
    except (docker.errors.DockerException, RequestException, tarfile.TarError) as error:
        raise SandboxError(f"image {recipe.name}: the Docker engine cannot look into it: {error}") from error
    finally:
        client.close()
