"""Every language's own test programs, judged as they would be in a contest.

Those of languages whose images this host has, and always those of a few: building all images takes most of an hour.
`judge language test --all` builds and judges everything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from judge.config import DEFAULT_LANGUAGES
from judge.errors import SandboxError
from judge.hosts import host
from judge.models import MIB
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs
from judge.pipeline.judging import PackageData
from judge.pipeline.room import Bench
from judge.recipes import languages, trials
from judge.recipes.recipe import Language
from judge.recipes.trials import Trial
from judge.verdicts import Verdict
from sandbox import images
from sandbox.container import ContainerMaker
from sandbox.pool import CellPool, Slot
from tests.sandbox.conftest import CORE

pytestmark = pytest.mark.timeout(300)

#: Judged everywhere: their images are built for other tests anyway.
ALWAYS = DEFAULT_LANGUAGES
#: One of each kind where several languages differ by their standard only.
LEFT_OUT = {"cpp17", "cpp20-clang", "cpp23-clang", "cpp26-clang"}

KNOWN = [item for item in languages.languages().values() if not item.is_internal]
TRIALS = [trial for item in KNOWN if item.id not in LEFT_OUT for trial in trials.trials(item)]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bench(image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Bench]:
    """A bench with every image that this host has."""
    names = image_names | await images.built(host.recipes(languages.images()))
    cells_dir = short_tmp / "cells-languages"
    cells_dir.mkdir()
    pool = CellPool(ContainerMaker(cells_dir=cells_dir, host="tests"), [Slot(index=0, core=CORE)])
    cache = FileCache(short_tmp / "programs-languages", most_bytes=1024 * MIB)
    try:
        yield Bench(pool=pool, programs=Programs(cache=cache, images=names), data=PackageData({}))
    finally:
        await pool.close()


#: Sources that would have the compiler read a file of the host, by the language's id.
HOSTILE = sorted((Path(__file__).parents[1] / "attacks" / "sources").glob("*/*"))
CANARY = b"4711 found by the compiler 4711\n"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: f"{trial.language.id}-{trial.name}")
async def test_every_program_gets_its_verdict(bench: Bench, trial: Trial) -> None:
    """What a program of a language does is what it is called after, within a cell and under its filter."""
    if trial.language.id not in ALWAYS:
        _skip_without_images(bench, trial.language)
    with trials.data() as files:
        tried = await trials.attempt(trial, bench, files)

    assert tried.judged.verdict is trial.expected, tried.judged


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: f"{path.parent.name}-{path.name}")
async def test_compilers_read_nothing_of_the_host(bench: Bench, short_tmp: Path, path: Path) -> None:
    """What a language can do while it compiles reaches the cell's files only, and the next program is judged as ever.

    Either there is no such file, which is a compile error, or the program goes on and is right; it never has the file.
    """
    recipe = languages.language(path.parent.name)
    _skip_without_images(bench, recipe)
    canary = short_tmp / "canary"
    canary.write_bytes(CANARY)
    canary.chmod(0o644)
    source = languages.pasted(recipe.id, path.read_bytes().replace(b"@CANARY@", str(canary).encode()))
    innocent = trials.trials(recipe)[0]
    with trials.data() as files:
        hostile = await trials.attempt(replace(innocent, source=source), bench, files)
        after = await trials.attempt(innocent, bench, files)

    assert hostile.judged.verdict in (Verdict.CE, Verdict.AC), hostile.judged
    assert "found by the compiler" not in hostile.judged.compilation.output
    assert after.is_ok, after.judged


def _skip_without_images(bench: Bench, recipe: Language) -> None:
    try:
        bench.programs.compile_image(recipe)
        bench.programs.run_image(recipe)
    except SandboxError as error:
        pytest.skip(str(error))
