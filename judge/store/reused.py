"""Runs that a rejudging takes over from the judging that counts: those that nothing they depend on has changed of."""

from __future__ import annotations

from collections.abc import Mapping

from judge.models import Run
from judge.store.judgings import Claim
from judge.store.pool import Connection
from judge.verdicts import Verdict


class TakenOver:
    """Runs by their keys, as ``judging.judge`` asks for them."""

    def __init__(self, runs: Mapping[str, Run]) -> None:
        self._runs = runs

    async def find(self, key: str) -> Run | None:
        return self._runs.get(key)

    async def keep(self, key: str, run: Run) -> None:
        """Nothing: a run is kept with its own judging."""


async def known_runs(connection: Connection, claim: Claim) -> TakenOver | None:
    """What a claim need not run again; None where that is nothing.

    Only of the judging that counts: what another one found may be why there is a rejudging. Nothing for a rejudging
    that is to run everything, and no judge errors, which may not happen again.
    """
    if claim.rejudging_id is None:
        return None
    rows = await connection.fetch(
        """
        SELECT r.testcase, r.verdict, r.cpu_us, r.wall_us, r.memory_bytes, r.exit_code, r.signal, r.reason, r.message,
               r.team_message, r.score, r.multiplier, r.passes, r.noise, encode(r.key, 'hex') AS key,
               coalesce(r.reused_from, j.id) AS reused_from
        FROM judgings j JOIN runs r ON r.judging_id = j.id AND r.attempt = j.attempt
        WHERE j.submission_id = $1 AND j.is_current AND j.state = 'done' AND r.key IS NOT NULL AND r.verdict <> 'JE'
          AND NOT (SELECT is_fresh FROM rejudgings WHERE id = $2)
        """,
        claim.submission_id,
        claim.rejudging_id,
    )
    runs = {row["key"]: Run(**{**dict(row), "verdict": Verdict(row["verdict"])}) for row in rows}
    return TakenOver(runs) if runs else None
