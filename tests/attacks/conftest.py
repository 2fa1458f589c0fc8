"""What the attack suite shares: a court at each isolation level, the same that ``judge selftest`` holds.

All programs in all their variants are judged at level ``container``, and those of the quick self-test at ``gvisor`` and
``local``; with ``--thorough`` each of them at ``gvisor``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.config import Isolation, Settings
from judge.hosts import host
from judge.recipes.languages import images
from judge.selftest.court import Court, open_court
from judge.selftest.programs import Attack
from sandbox.pool import Slot

LEVELS = (Isolation.LOCAL, Isolation.CONTAINER, Isolation.GVISOR)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a level does not judge."""
    left_out = {item for item in items if not _is_judged(item, is_thorough=config.option.thorough)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _is_judged(item: pytest.Item, *, is_thorough: bool) -> bool:
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    attack, level = given.get("attack"), given.get("settings")
    if not isinstance(attack, Attack) or level is Isolation.CONTAINER:
        return True
    return attack.number == 0 and (attack.is_quick or (level is Isolation.GVISOR and is_thorough))


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=LEVELS)
async def settings(request: object, short_tmp: Path) -> Settings:
    """Settings for each isolation level in turn."""
    level: Isolation = request.param  # type: ignore[attr-defined]
    return Settings(isolation=level, data_dir=short_tmp / f"attacks-{level.value}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def court(settings: Settings, image_names: dict[str, str]) -> AsyncIterator[Court]:
    """A court with two slots, on two cores where there are two."""
    level = settings.isolation
    names = dict.fromkeys(images(), "local:attacks") if level is Isolation.LOCAL else image_names
    cores = sorted(os.sched_getaffinity(0), reverse=True)
    slots = tuple(Slot(index=index, core=cores[index % len(cores)]) for index in range(2))
    maker = host.cell_maker(settings)
    async with open_court(
        level=level.value, maker=maker, slots=slots, images=names, folder=settings.data_dir / "court"
    ) as court:
        yield court
