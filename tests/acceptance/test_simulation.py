"""The simulation beside a real judge."""

from __future__ import annotations

import pytest

from judge.bench.stage import stage
from judge.cli.simulate import as_judgings
from judge.config import Isolation, Settings, physical_cores
from judge.simulation import sizing
from judge.simulation.model import Overheads, simulate
from judge.store import traces

SLOTS = min(2, len(physical_cores()))
#: Of each of three users, all at once.
SUBMISSIONS = 10


@pytest.mark.timeout(180)
async def test_a_real_queue_waits_as_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fed with what judgings took, mean and p95 wait and the makespan of a real daemon are met within 15 %."""
    monkeypatch.setenv("JUDGE_SLOTS", str(SLOTS))
    async with stage(Settings(isolation=Isolation.LOCAL)) as on:
        users = [await on.user(f"team{number}") for number in range(3)]
        begin = await on.connection.fetchval("SELECT max(id) FROM judgings")
        made = [await on.submit(user) for _ in range(SUBMISSIONS) for user in users]
        for submission_id in made:
            await on.until_judged(submission_id)
        await on.connection.execute("UPDATE judgings SET attempt = 2 WHERE id <= $1", begin)
        found = await traces.of_contest(on.connection, on.contest_id)
        slots = await traces.slots(on.connection, on.contest_id)
    real = as_judgings(found)
    overheads = Overheads(dispatch_s=sizing.dispatch_s(real, sum(slots)))
    simulated = simulate([judging.arrival for judging in real], slots=slots, overheads=overheads)

    assert len(real) == len(made)
    assert slots == [SLOTS]
    for line in sizing.agreement(real, simulated):
        assert line.error <= 0.15, line
