"""Every hostile program, at every isolation level: its verdict, and the host afterwards."""

from __future__ import annotations

import re

import pytest

from judge.config import Isolation
from judge.selftest.court import Court
from judge.selftest.programs import Attack, attacks

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

#: A kernel in user space may stand still for seconds on a busy machine: what then looks late is looked at again, so
#: often. What a program learnt or left behind never is.
TRIES_AT_GVISOR = 3
LATE = re.compile(r"(the next submission is )?(TLE|CE|JE) |the next submission took ")


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
async def test_attack(court: Court, attack: Attack) -> None:
    """A hostile program gets a verdict it deserves, learns nothing, leaves nothing, and the next is judged as ever.

    Covers H12.
    """
    for _ in range(TRIES_AT_GVISOR if court.level == Isolation.GVISOR.value else 1):
        finding = await court.examine(attack)
        if not finding.failed or not all(LATE.match(text) for text in finding.failed):
            break
    if finding.skipped:
        pytest.skip(finding.skipped)

    assert finding.failed == ()
