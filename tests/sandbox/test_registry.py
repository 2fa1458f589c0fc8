"""Somebody else's images, from a real registry: fetched by digest and judged in, or refused with the reason."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
import pytest_asyncio

from judge.errors import SandboxError
from judge.hosts import host
from judge.recipes import languages
from sandbox import images, inventory
from sandbox.trees import Recipe
from tests.integration.test_cli import judge

pytestmark = pytest.mark.timeout(300)

CONFIG = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
DEADLINE_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A registry on this machine with one image, which the engine itself has not."""

    address: str
    digest: str

    def recipe(self, digest: str) -> Recipe:
        return Recipe(name="fetched", packages=(), oci=f"{self.address}/moon@{digest}")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where an empty registry listens."""
    folder = tmp_path_factory.mktemp("registry")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "config.yml"
    config.write_text(CONFIG.format(folder=folder / "data", port=port))
    with subprocess.Popen(
        ("docker-registry", "serve", str(config)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(process, port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/v2/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    pytest.fail("the registry does not answer")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def registry(address: str, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The registry with an image of Lua: made here, pushed, and then forgotten by the engine."""
    client = docker.from_env()
    (lua,) = host.recipes(["lua"])
    recipe = Recipe(name="moon", packages=lua.packages, is_bare=True)
    await images.ensure([recipe], mirror=None, cache_dir=tmp_path_factory.mktemp("images"), progress=print)
    client.images.get(recipe.tag).tag(f"{address}/moon", "pushed")
    told = list(client.images.push(f"{address}/moon", "pushed", stream=True, decode=True))
    for name in (f"{address}/moon:pushed", recipe.tag):
        client.images.remove(name)
    client.close()
    return Registry(address=address, digest=next(item["aux"]["Digest"] for item in told if "aux" in item))


def test_an_image_by_its_digest_judges(registry: Registry, tmp_path: Path) -> None:
    """A recipe of an organiser's names it; it is fetched once, told of like ours, and never ours to remove."""
    recipe = registry.recipe(registry.digest)
    folder = tmp_path / "languages"
    (folder / "programs").mkdir(parents=True)
    shutil.copytree(languages.FOLDER / "programs" / "lua", folder / "programs" / "moon")
    text = (languages.FOLDER / "lua.toml").read_text().partition("[images.lua]")[0]
    (folder / "moon.toml").write_text(
        text.replace('image = "lua"', 'image = "fetched"') + f'[images.fetched]\noci = "{recipe.oci}"\n'
    )
    environment = {
        "JUDGE_LANGUAGES_DIR": str(folder),
        "JUDGE_LANGUAGES": '["moon"]',
        "JUDGE_DATA_DIR": str(tmp_path),
        "JUDGE_ISOLATION": "container",
    }
    try:
        tested = judge("language", "test", "moon", "--program", "sum", "--program", "wrong", "--json", **environment)
        again = judge("image", "build", "fetched", **environment)
        listed = json.loads(judge("language", "images", "--json", **environment).stdout)
        pruned = judge("image", "prune", "--all", "--dry-run", **environment)
    finally:
        client = docker.from_env()
        client.images.remove(recipe.oci)
        client.close()

    assert "image fetched: pulling" in tested.stderr
    assert [item["verdict"] for item in json.loads(tested.stdout)["programs"]] == ["AC", "WA"], tested.stdout
    assert "pulling" not in again.stdout
    fetched = next(item for item in listed["images"] if item["name"] == "fetched")
    assert (fetched["tag"], fetched["packages"], fetched["runs"]) == (recipe.oci, len(_lua().packages), ["moon"])
    assert registry.address not in pruned.stdout


def _lua() -> Recipe:
    return host.recipes(["lua"])[0]


async def test_what_cannot_be_fetched(registry: Registry, tmp_path: Path) -> None:
    """A digest that the registry has not, a registry that is not there, and an image that was never loaded."""
    wrong = f"sha256:{'0' * 64}"
    absent = Recipe(name="fetched", packages=(), oci=f"127.0.0.1:9/moon@{registry.digest}")
    held = Recipe(name="fetched", packages=(), oci=wrong)
    for recipe, reason in (
        (registry.recipe(wrong), rf"cannot pull {registry.address}/moon@{wrong}: .*manifest unknown"),
        (absent, r"cannot pull 127\.0\.0\.1:9/moon@.*: .*connection refused"),
        (held, rf"the engine has no {wrong}: `docker load` it"),
    ):
        with pytest.raises(SandboxError, match=f"image fetched: .*{reason}"):
            await images.ensure([recipe], mirror=None, cache_dir=tmp_path, progress=print)
        assert await inventory.contents(recipe) is None
