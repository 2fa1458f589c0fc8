"""The self-test passes on a host that can judge, and says what is wrong with one that cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from judge.hosts import fitness
from sandbox.outcome import EndedBy
from sandbox.pool import CellPool, Slot
from tests.sandbox.conftest import CORE, Level

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def cells(level: Level) -> AsyncIterator[CellPool]:
    """A pool at each level."""
    pool = CellPool(level.maker, [Slot(index=0, core=CORE)], keeps_warm=False)
    yield pool
    await pool.close()


async def test_a_sound_host_is_fit(cells: CellPool, level: Level) -> None:
    """Every known program ends here as it must."""
    assert await fitness.fit(cells, level.image) is None


@pytest.mark.parametrize("number", range(len(fitness._CHECKS)))
async def test_a_program_that_ends_otherwise_makes_the_host_unfit(
    cells: CellPool, level: Level, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each check, run with a program that stays within the limits and succeeds, names what is broken."""
    check = replace(fitness._CHECKS[number], argv=("/bin/true",))
    monkeypatch.setattr(fitness, "_CHECKS", (check,))

    why = await fitness.fit(cells, level.image)

    assert why == f"{check.meaning}: `/bin/true` ended by {EndedBy.ITSELF} with exit code 0"


async def test_a_host_without_the_programs_is_not_taken_for_sound(
    cells: CellPool, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be started has not been refused: the check of the filter wants its program to have run."""
    check = replace(fitness._CHECKS[-1], argv=("/usr/bin/no-such-program",))
    monkeypatch.setattr(fitness, "_CHECKS", (check,))

    assert "no-such-program" in str(await fitness.fit(cells, level.image))


async def test_a_host_that_makes_no_cells_is_unfit(level: Level) -> None:
    """An image that is not there is a reason in words, not an error."""
    if level.name == "local":
        pytest.skip("level local has no images")
    pool = CellPool(level.maker, [Slot(index=0, core=CORE)], keeps_warm=False)

    assert "has not been built" in str(await fitness.fit(pool, "judge/no-such-image"))


async def test_a_host_without_the_image_is_unfit(cells: CellPool) -> None:
    """Where the image of the self-test has not been built, the host says what to build instead of failing."""
    assert "judge image build gcc" in str(await fitness.fit(cells, None))
