"""Images, really built: what works in them, what is not in them, and what a failed build leaves."""

from __future__ import annotations

import asyncio
import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import docker
import docker.errors
import pytest

from judge.errors import ImageMissing, SandboxError
from judge.hosts import host
from judge.pipeline.compiling import ENVIRONMENT
from sandbox import binding, images, inventory
from sandbox.container import ContainerMaker
from sandbox.spec import RunSpec
from sandbox.trees import Recipe
from tests.sandbox.conftest import CORE, LIMITS, MIB, exported

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

#: Recipes of images that programs run in and nothing is made in.
BARE = [recipe for recipe in host.recipes() if recipe.is_bare]

PYTHON = """
import array, bisect, collections, copy, dataclasses, datetime, decimal, enum, fractions, functools, heapq, io
import itertools, json, math, operator, os, pathlib, queue, random, re, statistics, string, struct, sys, threading
import bz2, ctypes, hashlib, locale, lzma, multiprocessing.pool, sqlite3, ssl, subprocess, time, typing, uuid, zlib
import zoneinfo
sys.setrecursionlimit(10**6)
locale.setlocale(locale.LC_ALL, "")
print(json.loads(json.dumps("ok")), math.gcd(12, 8), fractions.Fraction(2, 4), heapq.nsmallest(1, [3, 1]))
print(zoneinfo.ZoneInfo("Europe/Berlin"), hashlib.sha256(b"").hexdigest()[:8], locale.nl_langinfo(locale.CODESET))
sources = list(pathlib.Path(os.__file__).parent.rglob("*.py"))
cached = [s for s in sources if list((s.parent / "__pycache__").glob(s.stem + ".*.pyc"))]
print(len(sources) > 500, len(sources) - len(cached))
"""


@pytest.fixture
def built(image_names: dict[str, str]) -> dict[str, str]:
    """Every language's image."""
    return image_names


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
    said: bytes = client.containers.run(
        built["python3"], ["/usr/bin/python3", "-c", PYTHON], network_mode="none", remove=True
    )

    assert said.decode().splitlines() == ["ok 4 1/2 [1]", "Europe/Berlin e3b0c442 UTF-8", "True 0"]


async def test_images_hold_nothing_that_helps_an_attacker(client: docker.DockerClient, built: dict[str, str]) -> None:
    """No setuid bit, no password, no device, no name of the host or of its mirror."""
    for image in built.values():
        tree = exported(client, image)
        files = {entry.name: entry for entry in tree.getmembers()}
        assert [name for name, entry in files.items() if entry.isfile() and entry.mode & 0o6000] == []
        assert [name for name, entry in files.items() if entry.ischr() or entry.isblk()] == []
        assert [name for name in files if name.startswith(("etc/apt/", "var/lib/apt/"))] == []
        assert files["etc/machine-id"].size == 0
        if "etc/passwd" in files:
            accounts = tree.extractfile("etc/passwd")
            assert accounts is not None
            assert {line.split(b":")[1] for line in accounts} == {b"*"}


#: Programs that would help somebody who got out of a box, by the names they have in Debian.
TOOLS = {
    *("sh", "bash", "dash", "ash", "busybox", "ksh", "zsh", "env", "xargs", "find", "cat", "cp", "chmod", "ldd"),
    *("dpkg", "apt", "apt-get", "pip", "pip3", "perl", "awk", "mawk", "sed", "tar", "curl", "wget", "mount", "unshare"),
    *("gcc", "g++", "cc", "ld", "as", "cpp", "make", "javac", "jshell", "jdb", "keytool", "gdb", "strace"),
}


@pytest.mark.parametrize("recipe", BARE, ids=lambda recipe: recipe.name)
async def test_bare_images_hold_no_tools(client: docker.DockerClient, built: dict[str, str], recipe: Recipe) -> None:
    """No shell, package manager, compiler or other tool; the only programs are what the image is there for."""
    entries = exported(client, built[recipe.name]).getmembers()
    assert {PurePosixPath(entry.name).name for entry in entries if not entry.isdir()} & TOOLS == set()

    folders = ("bin/", "sbin/", "usr/bin/", "usr/sbin/", "usr/local/bin/", "usr/lib/jvm/java-21-openjdk-amd64/bin/")
    programs = {entry.name for entry in entries if not entry.isdir() and entry.name.startswith(folders)}
    assert {PurePosixPath(name).name for name in programs} == {
        "static": set(),
        "java-run": {"java"},
        "python3": {"python3", "python3.13"},
        # The last is a script that parses JavaScript, of a package that Node.js itself needs.
        "nodejs": {"node", "nodejs", "acorn"},
    }[recipe.name]


async def test_static_programs_run_in_an_image_without_any_program(
    client: docker.DockerClient, built: dict[str, str]
) -> None:
    """Of the image for static programs nothing can be run: a locale and the note of where it is from are all it has."""
    files = [entry for entry in exported(client, built["static"]).getmembers() if entry.isfile() and entry.size]
    assert {entry.name.rpartition("/")[0].partition("/LC_MESSAGES")[0] for entry in files} <= {
        *("etc", "usr/lib/locale/C.utf8", "var/lib/dpkg")
    }
    assert [entry.name for entry in files if entry.mode & 0o111] == []


@pytest.mark.parametrize("recipe", BARE, ids=lambda recipe: recipe.name)
async def test_no_shell_starts_in_a_box_of_a_bare_image(built: dict[str, str], short_tmp: Path, recipe: Recipe) -> None:
    """Whoever asks for a shell where programs run is told that there is no such file."""
    maker = ContainerMaker(cells_dir=short_tmp, host="tests")
    cell = await maker.make(image=built[recipe.name], core=CORE, shows_data=False)
    try:
        for shell in ("/bin/sh", "/usr/bin/dash", "/bin/busybox", "/usr/bin/perl"):
            outcome = await cell.run(RunSpec(argv=(shell, "-c", "exit 0"), env=ENVIRONMENT, limits=LIMITS))
            assert (outcome.exit_code, outcome.exec_errno) == (127, errno.ENOENT)
    finally:
        await cell.close()


async def test_java_runs_on_a_bound_virtual_machine(client: docker.DockerClient, built: dict[str, str]) -> None:
    """The second virtual machine is the first, bound to its address, and what nobody can import is not there."""
    lib = "usr/lib/jvm/java-21-openjdk-amd64/lib"
    tree = exported(client, built["java-run"])
    machines = [tree.extractfile(f"{lib}/{name}/libjvm.so") for name in ("server", "client")]

    assert all(machines)
    server, its_copy = (machine.read() for machine in machines if machine)
    assert its_copy == binding.bound(server)
    assert f"{lib}/libjsvml.so" not in tree.getnames()
    assert tree.getmember(f"{lib}/client").mtime <= host.recipes(["java-run"])[0].epoch_s


async def test_contents_of_an_image(built: dict[str, str]) -> None:
    """Digest, size, age and packages are told of what is there, and of nothing else."""
    recipes = {recipe.name: recipe for recipe in host.recipes()}
    held = await inventory.contents(recipes["java-run"])

    assert held is not None
    assert held.digest == built["java-run"]
    assert 100 * MIB < held.size_bytes < 300 * MIB
    assert datetime(2020, 1, 1, tzinfo=UTC) < held.built_at <= datetime.now(UTC)
    assert {package.name for package in held.packages} == set(recipes["java-run"].packages)
    assert all(package.version for package in held.packages)
    compiling = await inventory.contents(recipes["gcc"])
    assert compiling is not None
    assert {"bash", "dpkg", "g++"} < {package.name for package in compiling.packages}
    assert await inventory.contents(Recipe(name="absent", packages=())) is None


async def test_what_a_program_of_an_image_says(built: dict[str, str]) -> None:
    """Versions are those of the image, a bare one's too; what is not built has none, and a missing program is named."""
    recipes = {recipe.name: recipe for recipe in host.recipes()}

    assert (await inventory.first_line(recipes["python3"], ["/usr/bin/python3", "--version"]) or "").startswith(
        "Python"
    )
    assert await inventory.first_line(Recipe(name="absent", packages=()), ["/bin/true"]) is None
    with pytest.raises(SandboxError, match=r"image static.*no such file"):
        await inventory.first_line(recipes["static"], ["/bin/true"])


async def test_what_a_program_says_is_whole(built: dict[str, str]) -> None:
    """A line without an end is heard each time; a program has a folder to write to, and is named if it fails."""
    (python,) = host.recipes(["python3"])
    writes = "import sys, tempfile; tempfile.TemporaryFile().write(b'x'); sys.stdout.write('version 4')"

    for _ in range(5):
        assert await inventory.first_line(python, ["/usr/bin/python3", "-c", writes]) == "version 4"
    with pytest.raises(SandboxError, match=r"image python3: /usr/bin/python3 -c .* ended with exit code 1: no licence"):
        await inventory.first_line(python, ["/usr/bin/python3", "-c", "raise SystemExit('no licence')"])


async def test_a_built_image_is_not_built_again(built: dict[str, str], tmp_path: Path) -> None:
    """A second call gives the same ids at once and says nothing."""
    said: list[str] = []
    recipes = host.recipes()

    ids = await images.ensure(recipes, mirror=None, cache_dir=tmp_path, progress=said.append)
    assert ids.items() <= built.items()
    assert said == []
    assert images.find(recipes[0]) == built[recipes[0].name]


async def test_a_missing_image_names_the_command(built: dict[str, str]) -> None:
    """What cannot be found can be built, and the error says how."""
    with pytest.raises(ImageMissing, match="judge image build absent"):
        images.find(Recipe(name="absent", packages=()))


#: Leaves an address in the image.
TELLTALE = "head -c 25 /proc/self/maps > /usr/told"


@pytest.mark.parametrize("is_bare", [False, True])
async def test_one_failing_image_does_not_stop_the_others(
    client: docker.DockerClient, built: dict[str, str], tmp_path: Path, is_bare: bool
) -> None:
    """The good one is built, the error is of the bad one and quotes apt, and nothing half-made is left.

    Built again in another folder it is the same to the last byte, and no file says when.
    """
    bad = Recipe(name="bad", packages=("no-such-package-at-all",), is_bare=is_bare)
    prepare = () if is_bare else (("/usr/bin/sh", "-c", TELLTALE),)
    good = Recipe(
        name="good",
        packages=("base-files",),
        files=(("/usr/note", "text"),),
        without=("/usr/lib/os-release",),
        prepare=prepare,
        is_bare=is_bare,
    )
    with pytest.raises(SandboxError, match=r"image bad.*\n(.*\n)*.*Unable to locate package no-such-package-at-all"):
        await images.ensure([bad, good], mirror=None, cache_dir=tmp_path, progress=print)

    first = images.find(good)
    other = tmp_path / "other"
    again = await images.ensure([good], mirror=None, cache_dir=other, progress=print, is_again=True)
    entries = [entry for entry in exported(client, first).getmembers() if entry.name.startswith("usr/")]
    dates = [entry.mtime for entry in entries]
    held = await inventory.contents(good)
    client.images.remove(good.tag)
    assert again == {"good": first}
    assert max(dates) <= good.epoch_s
    assert "usr/lib/os-release" not in [entry.name for entry in entries]
    # It is told of by when it came to this host all the same.
    assert held is not None and held.built_at > datetime.now(UTC) - timedelta(minutes=20)
    with pytest.raises(ImageMissing):
        images.find(bad)
    assert {path.suffix for path in tmp_path.rglob("*") if path != other} == {".lock"}


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
