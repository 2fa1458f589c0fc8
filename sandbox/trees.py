"""Trees: what an image is made of, and how mmdebstrap makes a file tree of that, the same one each time."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shlex
import signal
from asyncio.subprocess import Process
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from judge.errors import SandboxError
from sandbox.binding import ADDRESS, bind
from sandbox.engine import Progress
from sandbox.mirrors import host_mirror

SUITE = "trixie"
HOOK = Path(__file__).with_name("image-hook.sh")
BARE_HOOK = Path(__file__).with_name("bare-hook.sh")
#: Where Debian keeps its archive of every day, by date.
SNAPSHOTS = "http://snapshot.debian.org/archive/debian"

#: Part of every tag: raise it when a change of this package changes what images hold.
_FORMAT = 2
#: No file of an image is younger: when trixie was released. Of a pinned image it is the date that it is pinned to.
_EPOCH = datetime(2025, 8, 9, tzinfo=UTC)
_OPTIONS = (
    "--variant=essential",
    "--format=tar",
    # The hook does the cleaning up; an engine makes /dev itself.
    "--skip=cleanup,output/dev",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)
_BARE_OPTIONS = ("--variant=custom", "--format=tar", "--skip=cleanup,output/dev")
#: An archive's lists of a day that is past say that they are out of date, which is what is wanted of them.
_PINNED_OPTIONS = ('--aptopt=Acquire::Check-Valid-Until "false"',)
#: On every image made here.
LABEL = "judge.image"
#: What the engine keeps beside the files: nobody's privileges, whoever starts a container from the image.
CONFIG = {
    "User": "65534:65534",
    "Env": ["PATH=/usr/bin:/bin", "LANG=C.UTF-8"],
    "Labels": {LABEL: "1"},
}
#: What a command of a recipe is run with: a /proc, no network, and nothing of the building host's environment. What
#: depends on addresses or on hashes comes out the same each time.
_IN_TREE = (
    "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/tmp TMPDIR=/tmp PYTHONHASHSEED=0"
    ' SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH"'
    " setarch --addr-no-randomize"
    ' unshare --net --pid --fork --kill-child --mount-proc="$1/proc" chroot "$1"'
)
#: Puts a text ($3) at a place ($2) of the tree ($1).
_PUT = 'mkdir -p "$(dirname "$1$2")" && printf %s "$3" > "$1$2"'
#: Removes what is not among the programs named ($2 …) of the folders that programs are looked for in.
_ONLY = (
    'cd "$1" && shift && find usr/bin usr/sbin ! -type d | while read -r path;'
    ' do case " $* " in *" /$path "*) ;; *) rm -f "$path" ;; esac; done'
)
#: Removes what a recipe does without ($2 …), all of which has to be there.
_WITHOUT = 'cd "$1" && shift && rm -r -- "$@"'
#: Dates what is too young before anything notes how old it is: Java's archive of classes does.
_DATE = (
    'find "$1" -xdev ! -type d -newermt "@$SOURCE_DATE_EPOCH"'
    ' -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +'
)
#: Both names a command line and a tag are made of.
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]{0,63}")
_PATH = re.compile(r"/[A-Za-z0-9_+./-]+")

_BUILD_TIMEOUT_S = 1800.0
_STOP_TIMEOUT_S = 30.0
_LINE_BYTES = 1024 * 1024
_TAIL_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What an image holds: these packages in a whole Debian, or these and nothing else."""

    name: str
    packages: tuple[str, ...]
    #: Without the essential packages, and without what those named depend on.
    is_bare: bool = False
    #: Of a bare one's programs only these, by their absolute paths; none means all.
    programs: tuple[str, ...] = ()
    #: Files beside those of the packages: absolute path and text.
    files: tuple[tuple[str, str], ...] = ()
    #: Commands run in the tree, as its root, once packages and files are there.
    prepare: tuple[tuple[str, ...], ...] = ()
    #: Files and folders that are left out once the commands have run, by their absolute paths.
    without: tuple[str, ...] = ()
    #: Copies of shared libraries, bound to an address: the copy's path, and the library's.
    bound: tuple[tuple[str, str], ...] = ()
    #: Packages as Debian had them at that moment; else as it has them when the image is built.
    snapshot: datetime | None = None
    #: Somebody else's image instead, by its digest.
    oci: str = ""

    def __post_init__(self) -> None:
        for word in (self.name, *self.packages):
            if not _NAME.fullmatch(word):
                raise SandboxError(f"image {self.name!r}: {word!r} cannot be the name of an image or a package")
        for word in (*self.programs, *self.without):
            if not _PATH.fullmatch(word) or ".." in word.split("/"):
                raise SandboxError(f"image {self.name!r}: {word!r} cannot be the path of a file in it")

    @property
    def tag(self) -> str:
        """The image's name: equal for equal contents only, so that an image of that name never has to be rebuilt."""
        if self.oci:
            return self.oci
        options = (*_BARE_OPTIONS, BARE_HOOK.read_text()) if self.is_bare else _OPTIONS
        files = (word for pair in self.files for word in (_PUT, *pair))
        prepare = (*files, *(word for argv in self.prepare for word in (_IN_TREE, *argv)))
        pinned = (self.stamp, *_PINNED_OPTIONS) if self.snapshot else ()
        programs = (_ONLY, *sorted(self.programs)) if self.programs else ()
        parts = (str(_FORMAT), SUITE, str(self.epoch_s), *options, str(CONFIG), HOOK.read_text(), *pinned)
        bound = (str(ADDRESS), *(word for pair in self.bound for word in pair)) if self.bound else ()
        without = (_WITHOUT, *sorted(self.without)) if self.without else ()
        words = (*parts, *sorted(self.packages), *programs, *without, *prepare, *bound)
        digest = hashlib.sha256("\0".join(words).encode()).hexdigest()
        return f"judge/{self.name}:{digest[:12]}"

    @property
    def epoch_s(self) -> int:
        """The date of the youngest files, in seconds since 1970."""
        return int((self.snapshot or _EPOCH).timestamp())

    @property
    def stamp(self) -> str:
        """What an archive calls the moment that the recipe is pinned to."""
        return f"{(self.snapshot or _EPOCH).astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def source(self, mirror: str | None) -> str | None:
        """Where packages come from, for a pinned recipe that day in an archive of days; None is mmdebstrap's choice."""
        if self.snapshot is None:
            return mirror or host_mirror()
        return f"{(mirror or SNAPSHOTS).rstrip('/')}/{self.stamp}/"


async def make_tree(recipe: Recipe, mirror: str | None, tar: Path, progress: Progress) -> None:
    """Write the tree of a recipe to ``tar``: equal recipes and equal packages give equal bytes.

    Raises:
        SandboxError: it cannot be made, with the end of what mmdebstrap said.
    """
    source = recipe.source(mirror)
    argv = ("mmdebstrap", *_tree_options(recipe), SUITE, "-", *([source] if source else []))
    keep = ("PATH", "HOME", "http_proxy", "https_proxy", "no_proxy")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    environment |= {"LC_ALL": "C.UTF-8", "TZ": "UTC", "SOURCE_DATE_EPOCH": str(recipe.epoch_s)}
    if os.geteuid() == 0:
        # Only root's builds can be kept beside their result: a user's run under subordinate ids, which need /tmp.
        environment["TMPDIR"] = str(tar.parent)
        # What it mounts in its tree ends with it, however it ends: whoever removes the tree must not walk into that.
        argv = ("unshare", "--mount", "--", *argv)
    with tar.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "TERM", "--", *argv),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,
            limit=_LINE_BYTES,
        )
    try:
        async with asyncio.timeout(_BUILD_TIMEOUT_S):
            tail = await _follow(recipe, process, progress)
            await process.wait()
    except TimeoutError as error:
        raise SandboxError(
            f"image {recipe.name}: not built within {_BUILD_TIMEOUT_S:.0f} s; is {source} slow?"
        ) from error
    finally:
        await _stop(process)
    if process.returncode != 0:
        said = "\n  ".join(tail)
        raise SandboxError(
            f"image {recipe.name}: cannot be built from {source or 'the default mirror'} ({_other_mirror(recipe)}); "
            f"mmdebstrap said:\n  {said}"
        )
    if recipe.bound:
        await asyncio.to_thread(bind, tar, dict(recipe.bound), date_s=recipe.epoch_s)


def _other_mirror(recipe: Recipe) -> str:
    if recipe.snapshot is None:
        return "set JUDGE_DEBIAN_MIRROR to use another"
    return f"set JUDGE_DEBIAN_MIRROR to use another archive of days, such as {SNAPSHOTS}"


def _tree_options(recipe: Recipe) -> list[str]:
    """What makes the tree. Hooks as text, not as paths: a user namespace cannot read below a private home."""
    finish = [f'--customize-hook=sh -c {shlex.quote(_PUT)} put "$1" {shlex.join(pair)}' for pair in recipe.files]
    finish.append(f'--customize-hook=sh -c {shlex.quote(_DATE)} date "$1"')
    finish += [f"--customize-hook={_IN_TREE} {shlex.join(argv)}" for argv in recipe.prepare]
    if recipe.without:
        unwanted = shlex.join(f".{path}" for path in recipe.without)
        finish.append(f'--customize-hook=sh -c {shlex.quote(_WITHOUT)} without "$1" {unwanted}')
    finish.append(f'--customize-hook=sh -c {shlex.quote(HOOK.read_text())} hook "$1"')
    pinned = _PINNED_OPTIONS if recipe.snapshot else ()
    if not recipe.is_bare:
        return [*_OPTIONS, *pinned, f"--include={','.join(recipe.packages)}", *finish]
    unpack = [f'--customize-hook=sh -c {shlex.quote(BARE_HOOK.read_text())} hook "$1" {shlex.join(recipe.packages)}']
    if recipe.programs:
        unpack.append(f'--customize-hook=sh -c {shlex.quote(_ONLY)} only "$1" {shlex.join(recipe.programs)}')
    return [*_BARE_OPTIONS, *pinned, *unpack, *finish]


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
