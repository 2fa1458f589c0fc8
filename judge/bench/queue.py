"""How soon an idle daemon picks a submission up, and what claims cost however long the queue is."""

from __future__ import annotations

import statistics

from judge.bench.claims import measure_claims
from judge.bench.figures import Figure
from judge.bench.stage import stage
from judge.config import Settings
from sandbox.engine import Progress

SUBMISSIONS = 40
MOST_PICK_UP_MS = 10.0


async def measure(settings: Settings, said: Progress) -> list[Figure]:
    """Run the benchmark on databases of its own."""
    return [*await _measure_pick_up(settings, said), *await measure_claims(said)]


async def _measure_pick_up(settings: Settings, said: Progress) -> list[Figure]:
    async with stage(settings) as on:
        user_id = await on.user("team")
        said(f"{SUBMISSIONS} submissions, each to an idle daemon")
        for _ in range(SUBMISSIONS):
            await on.until_judged(await on.submit(user_id))
        rows = await on.connection.fetch(
            "SELECT extract(epoch FROM claimed_at - queued_at)::float8 * 1000 AS picked_up_ms,"
            " extract(epoch FROM finished_at - claimed_at)::float8 * 1000 AS judged_ms"
            " FROM judgings JOIN submissions ON submissions.id = submission_id WHERE submissions.user_id = $1",
            user_id,
        )
    picked_up = statistics.median(row["picked_up_ms"] for row in rows)
    return [
        Figure(
            name="idle pick-up, from the enqueuing transaction's begin to the claim, median",
            value=picked_up,
            unit="ms",
            target=f"<= {MOST_PICK_UP_MS:.0f}",
            ok=picked_up <= MOST_PICK_UP_MS,
        ),
        Figure(
            name="judging of a short Python program on 11 tests, median",
            value=statistics.median(row["judged_ms"] for row in rows),
            unit="ms",
        ),
    ]
