"""Language images, really built: what works in them, what is not in them, and what a failed build leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import docker
import docker.errors
import pytest

from judge.errors import ImageMissing, SandboxError
from judge.languages import images as language_images
from sandbox import engine, images
from sandbox.images import Recipe

pytestmark = pytest.mark.timeout(1200)

CPP = """
#include <bits/stdc++.h>
int main() { std::map<int, std::string> m{{1, "ok"}}; std::cout << m[1] << std::endl; }
"""

JAVA = """
import java.util.*;
public class Main {
    public static void main(String[] args) {
        System.out.println(new ArrayList<>(List.of("ok")).stream().map(s -> s + "!").toList().get(0));
    }
}
"""

PYTHON = """
import array, bisect, collections, copy, dataclasses, datetime, decimal, enum, fractions, functools, heapq, io
import itertools, json, math, operator, os, queue, random, re, statistics, string, struct, sys, threading, time, typing
sys.setrecursionlimit(10**6)
print(json.loads(json.dumps("ok")), math.gcd(12, 8), fractions.Fraction(2, 4), heapq.nsmallest(1, [3, 1]))
"""


@pytest.fixture
def built(image_names: dict[str, str]) -> dict[str, str]:
    """Every language's image."""
    return image_names


@pytest.fixture
def client(built: dict[str, str]) -> Iterator[docker.DockerClient]:
    """The engine that has the images."""
    client = engine.connect()
    yield client
    client.close()


def shell(client: docker.DockerClient, image: str, script: str, **files: str) -> str:
    """What a shell script says in a container as locked up as a cell is."""
    output: bytes = client.containers.run(
        image,
        ["/bin/sh", "-euc", script],
        remove=True,
        user="61000:61000",
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        tmpfs={"/tmp": "exec,mode=1777"},
        working_dir="/tmp",
        environment=files,
        stderr=True,
    )
    return output.decode()


async def test_cpp_compiles_statically(client: docker.DockerClient, built: dict[str, str]) -> None:
    """g++ makes a static program of everything in bits/stdc++.h, and gcc one of C."""
    said = shell(
        client,
        built["gcc"],
        'printf %s "$CPP" > a.cpp; g++ -std=gnu++20 -O2 -g -static -pipe -o a a.cpp; ./a;'
        "echo 'int main(void){return 0;}' > b.c; gcc -O2 -static -o b b.c -lm; ./b",
        CPP=CPP,
    )

    assert said == "ok\n"


async def test_java_compiles_and_runs(client: docker.DockerClient, built: dict[str, str]) -> None:
    """The compiler and the virtual machine work as an unprivileged user on a read-only root."""
    said = shell(
        client,
        built["java"],
        'printf %s "$JAVA" > Main.java; javac Main.java; java -XX:+UseSerialGC -cp . Main',
        JAVA=JAVA,
    )

    assert said == "ok!\n"


async def test_python_has_the_library_contestants_use(client: docker.DockerClient, built: dict[str, str]) -> None:
    """The standard library is whole, and compiled already: nothing can be cached on a read-only root."""
    said = shell(client, built["python3"], 'printf %s "$CODE" > a.py; python3 a.py', CODE=PYTHON)
    assert said == "ok 4 1/2 [1]\n"

    missing = "import compileall, pathlib as p; print(sum(1 for s in p.Path('/usr/lib/python3.13').rglob('*.py')"
    missing += " if not list((s.parent / '__pycache__').glob(s.stem + '.*.pyc'))))"
    assert shell(client, built["python3"], f'python3 -c "{missing}"') == "0\n"


async def test_images_hold_nothing_that_helps_an_attacker(client: docker.DockerClient, built: dict[str, str]) -> None:
    """No setuid bit, no password, no device, no name of the host or of its mirror."""
    script = (
        "find / -xdev -perm /6000 -type f 2> /dev/null || true;"
        "find / -xdev \\( -type b -o -type c \\) -not -path '/dev/*' 2> /dev/null || true;"
        "cut -d: -f2 /etc/passwd | sort -u;"
        "cat /etc/machine-id; ls -A /etc/apt /var/lib/apt 2> /dev/null || true"
    )
    for image in built.values():
        assert shell(client, image, script).split() == ["*"]


async def test_a_built_image_is_not_built_again(built: dict[str, str], tmp_path: Path) -> None:
    """A second call gives the same ids at once and says nothing."""
    said: list[str] = []
    recipes = [Recipe(name=name, packages=image.packages) for name, image in language_images().items()]

    assert await images.ensure(recipes, mirror=None, cache_dir=tmp_path, progress=said.append) == built
    assert said == []
    assert images.find(recipes[0]) == built[recipes[0].name]


async def test_a_missing_image_names_the_command(built: dict[str, str]) -> None:
    """What cannot be found can be built, and the error says how."""
    with pytest.raises(ImageMissing, match="judge image build absent"):
        images.find(Recipe(name="absent", packages=()))


async def test_one_failing_image_does_not_stop_the_others(
    client: docker.DockerClient, built: dict[str, str], tmp_path: Path
) -> None:
    """The good one is built, the error is of the bad one and quotes apt, and nothing half-made is left."""
    bad = Recipe(name="bad", packages=("no-such-package-at-all",))
    good = Recipe(name="good", packages=("base-files",))
    with pytest.raises(SandboxError, match=r"image bad.*\n(.*\n)*.*no-such-package-at-all"):
        await images.ensure([bad, good], mirror=None, cache_dir=tmp_path, progress=print)

    assert images.find(good)
    client.images.remove(good.tag)
    with pytest.raises(ImageMissing):
        images.find(bad)
    assert {path.suffix for path in tmp_path.iterdir()} == {".lock"}


async def test_a_cancelled_build_leaves_nothing(built: dict[str, str], tmp_path: Path) -> None:
    """Ctrl-C in the middle of a build ends mmdebstrap and removes its tree; so does the next build after kill -9."""
    recipe = Recipe(name="cancelled", packages=("base-files",))
    (tmp_path / "cancelled.build-killed").mkdir()
    is_under_way = asyncio.Event()

    def progress(line: str) -> None:
        if "extracting" in line:
            is_under_way.set()

    build = asyncio.create_task(images.ensure([recipe], mirror=None, cache_dir=tmp_path, progress=progress))
    await asyncio.wait({build, asyncio.create_task(is_under_way.wait())}, return_when=asyncio.FIRST_COMPLETED)
    build.cancel()
    with pytest.raises(asyncio.CancelledError):
        await build

    assert {path.name for path in tmp_path.iterdir()} == {"cancelled.lock"}
    with pytest.raises(ImageMissing):
        images.find(recipe)
