"""Every hostile program, at every isolation level: its verdict, and the host afterwards."""

from __future__ import annotations

import pytest

from judge.selftest.court import Court
from judge.selftest.programs import Attack, attacks

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
async def test_attack(court: Court, attack: Attack) -> None:
    """A hostile program gets a verdict it deserves, learns nothing, leaves nothing, and the next is judged as ever.

    Covers H12.
    """
    finding = await court.examine(attack)
    if finding.skipped:
        pytest.skip(finding.skipped)

    assert finding.failed == ()
