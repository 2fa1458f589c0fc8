"""What the Docker engine is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import docker
import docker.errors
from requests.exceptions import RequestException

from judge.errors import SandboxError
from sandbox import engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """An engine's own words about itself."""

    info: Mapping[str, Any]
    version: Mapping[str, Any]
    #: Options of the default bridge; none where there is no bridge.
    bridge: Mapping[str, str]


def engine_itself() -> Answers:
    """What the engine says of itself.

    Raises:
        SandboxError: none answers.
    """
    with _client() as client:
        try:
            bridge = client.api.inspect_network("bridge").get("Options") or {}
        except docker.errors.NotFound:
            bridge = {}
        return Answers(info=client.info(), version=client.version(), bridge=bridge)


def container(name: str) -> Mapping[str, Any]:
    """What ``docker inspect`` says of a container.

    Raises:
        SandboxError: there is none of that name, or no engine answers.
    """
    with _client() as client:
        facts: Mapping[str, Any] = client.api.inspect_container(name)
        return facts


def images(ids: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """What ``docker image inspect`` says of those images that are there, by the same names.

    Raises:
        SandboxError: no engine answers.
    """
    found: dict[str, Mapping[str, Any]] = {}
    with _client() as client:
        for name, image_id in ids.items():
            try:
                found[name] = client.images.get(image_id).attrs
            except docker.errors.ImageNotFound:
                continue
    return found


@contextmanager
def _client() -> Iterator[docker.DockerClient]:
    client = engine.connect()
    try:
        yield client
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"Docker: {error}") from error
    finally:
        client.close()
