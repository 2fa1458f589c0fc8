"""Images: the trees that cells live in, built here from Debian packages and named by what is in them.

A whole image is a small Debian that its packages are installed in, with a shell and a package manager: a compiler may
need them. A bare one holds the files of its packages and no more, and of these no program but interpreters.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import tempfile
import time
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import docker
import docker.errors
from requests.exceptions import RequestException

from judge.errors import ImageMissing, SandboxError
from sandbox import engine
from sandbox.engine import Progress
from sandbox.mirrors import host_mirror

SUITE = "trixie"
HOOK = Path(__file__).with_name("image-hook.sh")
BARE_HOOK = Path(__file__).with_name("bare-hook.sh")

#: Part of every tag: raise it when a change of this module changes what images hold.
_FORMAT = 1
_OPTIONS = (
    "--variant=essential",
    "--format=tar",
    # The hook does the cleaning up; an engine makes /dev itself.
    "--skip=cleanup,output/dev",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)
_BARE_OPTIONS = ("--variant=custom", "--format=tar", "--skip=cleanup,output/dev")
#: What the engine keeps beside the files: nobody's privileges, whoever starts a container from the image.
_CHANGES = [
    "USER 65534:65534",
    "ENV PATH=/usr/bin:/bin",
    "ENV LANG=C.UTF-8",
    "LABEL judge.image=1",
]
#: What a command of a recipe is run with: a /proc, no network, and nothing of the building host's environment.
_IN_TREE = (
    "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/tmp TMPDIR=/tmp"
    ' unshare --net --pid --fork --kill-child --mount-proc="$1/proc" chroot "$1"'
)
#: Puts a text ($3) at a place ($2) of the tree ($1).
_PUT = 'mkdir -p "$(dirname "$1$2")" && printf %s "$3" > "$1$2"'
#: Both names a command line and a tag are made of.
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]{0,63}")

_AT_ONCE = 2
_BUILD_TIMEOUT_S = 1800.0
_STOP_TIMEOUT_S = 30.0
_LOCK_POLL_S = 0.2
_MIB = 1024 * 1024
_TAIL_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What an image holds: these packages in a whole Debian, or these and nothing else."""

    name: str
    packages: tuple[str, ...]
    #: Without the essential packages, and without what those named depend on.
    is_bare: bool = False
    #: Files beside those of the packages: absolute path and text.
    files: tuple[tuple[str, str], ...] = ()
    #: Commands run in the tree, as its root, once packages and files are there.
    prepare: tuple[tuple[str, ...], ...] = ()
    #: Somebody else's image instead, by its digest.
    oci: str = ""

    def __post_init__(self) -> None:
        for word in (self.name, *self.packages):
            if not _NAME.fullmatch(word):
                raise SandboxError(f"image {self.name!r}: {word!r} cannot be the name of an image or a package")

    @property
    def tag(self) -> str:
        """The image's name: equal for equal contents only, so that an image of that name never has to be rebuilt."""
        if self.oci:
            return self.oci
        options = (*_BARE_OPTIONS, BARE_HOOK.read_text()) if self.is_bare else _OPTIONS
        files = (word for pair in self.files for word in (_PUT, *pair))
        prepare = (*files, *(word for argv in self.prepare for word in (_IN_TREE, *argv)))
        parts = (str(_FORMAT), SUITE, *options, *_CHANGES, HOOK.read_text(), *sorted(self.packages), *prepare)
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return f"judge/{self.name}:{digest[:12]}"


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
    recipes: Iterable[Recipe], *, mirror: str | None, cache_dir: Path, progress: Progress
) -> dict[str, str]:
    """Build the images that are missing and give all ids by recipe name. One failing does not stop the others.

    Args:
        mirror: where packages come from; None takes the host's own mirror if it is a Debian, else mmdebstrap's choice.
        cache_dir: for unfinished images; what a killed build leaves there is removed by the next one.

    Raises:
        SandboxError: some image cannot be built, each with the end of what mmdebstrap said.
    """
    wanted = list(recipes)
    ids = await built(wanted)
    missing = [recipe for recipe in wanted if recipe.name not in ids]
    if not missing:
        return ids
    _check_tools()
    cache_dir.mkdir(parents=True, exist_ok=True)
    source = mirror or host_mirror()
    failures: list[str] = []
    turns = asyncio.Semaphore(_AT_ONCE)

    async def build(recipe: Recipe) -> None:
        async with turns:
            try:
                ids[recipe.name] = await _build(recipe, source, cache_dir, progress)
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


async def _build(recipe: Recipe, mirror: str | None, cache_dir: Path, progress: Progress) -> str:
    """One image, from nothing to its tag. The tag is the last thing made, and only of a whole tree."""
    started = time.monotonic()
    async with _only_builder(recipe, cache_dir, progress) as folder:
        # Somebody else may have built it while we waited for our turn.
        if found := await built([recipe]):
            return found[recipe.name]
        if recipe.oci:
            progress(f"image {recipe.name}: pulling")
            return await asyncio.to_thread(_pull, recipe)
        tar = folder / "tree.tar"
        progress(f"image {recipe.name}: building (takes {'some seconds' if recipe.is_bare else 'a minute'})")
        await _make_tree(recipe, mirror, tar, progress)
        progress(f"image {recipe.name}: importing")
        image = await asyncio.to_thread(_import, recipe, tar)
        size_mib = tar.stat().st_size // _MIB
    progress(f"image {recipe.name}: ready ({size_mib} MiB, {time.monotonic() - started:.0f} s)")
    return image


@asynccontextmanager
async def _only_builder(recipe: Recipe, cache_dir: Path, progress: Progress) -> AsyncIterator[Path]:
    """A folder for building that image, held by nobody else; what a killed holder left is removed first."""
    descriptor = os.open(cache_dir / f"{recipe.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        is_told = False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not is_told:
                    progress(f"image {recipe.name}: another process builds it, waiting")
                is_told = True
                await asyncio.sleep(_LOCK_POLL_S)
        for left in cache_dir.glob(f"{recipe.name}.build-*"):
            await asyncio.to_thread(_remove, left)
        folder = Path(tempfile.mkdtemp(prefix=f"{recipe.name}.build-", dir=cache_dir))
        try:
            yield folder
        finally:
            await asyncio.to_thread(_remove, folder)
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    """Remove a build's folder, unless something is mounted below it: that could be the host's own /dev."""
    inside = f" {folder.resolve()}/"
    if inside in Path("/proc/self/mountinfo").read_text(errors="replace"):
        raise SandboxError(f"something is mounted below {folder}: unmount it, then remove that folder")
    shutil.rmtree(folder, ignore_errors=True)


async def _make_tree(recipe: Recipe, mirror: str | None, tar: Path, progress: Progress) -> None:
    argv = ("mmdebstrap", *_tree_options(recipe), SUITE, "-", *([mirror] if mirror else []))
    keep = ("PATH", "HOME", "http_proxy", "https_proxy", "no_proxy")
    environment = {name: os.environ[name] for name in keep if name in os.environ} | {"LC_ALL": "C.UTF-8"}
    if os.geteuid() == 0:
        # Only root's builds can be kept beside their result: a user's run under subordinate ids, which need /tmp.
        environment["TMPDIR"] = str(tar.parent)
    with tar.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "TERM", "--", *argv),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,
            limit=_MIB,
        )
    try:
        async with asyncio.timeout(_BUILD_TIMEOUT_S):
            tail = await _follow(recipe, process, progress)
            await process.wait()
    except TimeoutError as error:
        raise SandboxError(
            f"image {recipe.name}: not built within {_BUILD_TIMEOUT_S:.0f} s; is {mirror} slow?"
        ) from error
    finally:
        await _stop(process)
    if process.returncode != 0:
        said = "\n  ".join(tail)
        raise SandboxError(
            f"image {recipe.name}: cannot be built from {mirror or 'the default mirror'} "
            f"(set JUDGE_DEBIAN_MIRROR to use another); mmdebstrap said:\n  {said}"
        )


def _tree_options(recipe: Recipe) -> list[str]:
    """What makes the tree. Hooks as text, not as paths: a user namespace cannot read below a private home."""
    finish = [f'--customize-hook=sh -c {shlex.quote(_PUT)} put "$1" {shlex.join(pair)}' for pair in recipe.files]
    finish += [f"--customize-hook={_IN_TREE} {shlex.join(argv)}" for argv in recipe.prepare]
    finish.append(f'--customize-hook=sh -c {shlex.quote(HOOK.read_text())} hook "$1"')
    if not recipe.is_bare:
        return [*_OPTIONS, f"--include={','.join(recipe.packages)}", *finish]
    unpack = f'--customize-hook=sh -c {shlex.quote(BARE_HOOK.read_text())} hook "$1" {shlex.join(recipe.packages)}'
    return [*_BARE_OPTIONS, unpack, *finish]


async def _follow(recipe: Recipe, process: Process, progress: Progress) -> deque[str]:
    """Pass mmdebstrap's own steps on, and keep the last lines for an error."""
    # It repeats the hooks word for word before and after running them, which would push out why one failed.
    texts = (HOOK.read_text(), BARE_HOOK.read_text(), *(text for _, text in recipe.files))
    repeated = {line.rstrip() for text in texts for line in text.splitlines()}
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    assert process.stderr is not None
    async for raw in process.stderr:
        line = raw.decode(errors="replace").rstrip()
        if line not in repeated:
            tail.append(line)
        if line.startswith(("I: installing", "I: downloading", "I: extracting", "I: creating")):
            progress(f"image {recipe.name}: {line[3:].rstrip('.')}")
    return tail


async def _stop(process: Process) -> None:
    """End mmdebstrap and all it started. Asked kindly, it removes its own tree."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await process.wait()


def _import(recipe: Recipe, tar: Path) -> str:
    """Hand a tree to the engine, which names it only once it has read all of it."""
    client = engine.connect(timeout_s=600)
    repository, tag = recipe.tag.split(":")
    try:
        answer = client.api.import_image(str(tar), repository=repository, tag=tag, changes=_CHANGES)
        # The engine says "200 OK" first and what went wrong afterwards, in a line of its own.
        errors = [said["error"] for said in map(_parsed, answer.splitlines()) if "error" in said]
        if errors:
            raise SandboxError(f"image {recipe.name}: the Docker engine cannot import it: {errors[0]}")
        return str(client.images.get(recipe.tag).id)
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"image {recipe.name}: the Docker engine cannot import it: {error}") from error
    finally:
        client.close()


def _pull(recipe: Recipe) -> str:
    """Have the engine fetch somebody else's image, which its digest says is the one that is meant."""
    if recipe.oci.startswith("sha256:"):
        raise SandboxError(f"image {recipe.name}: the engine has no {recipe.oci}: `docker load` it, or name a registry")
    client = engine.connect(timeout_s=600)
    try:
        client.api.pull(recipe.oci)
        return str(client.images.get(recipe.oci).id)
    except (docker.errors.DockerException, RequestException) as error:
        raise SandboxError(f"image {recipe.name}: the Docker engine cannot pull {recipe.oci}: {error}") from error
    finally:
        client.close()


def _parsed(line: str) -> Mapping[str, str]:
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
