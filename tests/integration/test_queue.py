"""The queue on a real Postgres: what is claimed, by whom, and what a lost lease may still do."""

from __future__ import annotations

import asyncio

import pytest

from judge.errors import LeaseLost, NotFound, RejectedSource
from judge.models import Compilation, Judged, Limits, Run, Source, SourceFile
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import events, judgings, problems, toolchains
from judge.store.judgings import Claim
from judge.store.pool import Pool
from judge.store.toolchains import Toolchain
from judge.verdicts import Verdict
from problems.package import load
from tests.queues import LEASE_S, SAMPLES, Contest

RUN = Run(testcase="sample/1", verdict=Verdict.AC, cpu_us=1, wall_us=2, memory_bytes=3)
ACCEPTED = Judged(verdict=Verdict.AC, compilation=Compilation(is_ok=True), runs=(RUN,))
REFUSED = Judged(verdict=Verdict.CE, compilation=Compilation(is_ok=False))


async def test_an_empty_queue_has_nothing_to_claim(contest: Contest) -> None:
    """Claiming from an empty queue is no error."""
    assert await contest.claim() is None


async def test_a_judging_is_claimed_once(contest: Contest) -> None:
    """What somebody holds is nobody else's to claim."""
    submission_id = await contest.submit(await contest.team("a"))
    claim = await contest.surely_claim()

    assert (claim.submission_id, claim.attempt) == (submission_id, 1)
    assert await contest.claim() is None


async def test_concurrent_claims_never_share(contest: Contest, pool: Pool) -> None:
    """Many claimers at once get different judgings, and all of them."""
    team = await contest.team("a")
    submitted = {await contest.submit(team) for _ in range(20)}

    async def claim() -> Claim | None:
        async with pool.acquire() as connection:
            return await queue.claim(connection, judgehost_id=contest.judgehost_id, lease_s=LEASE_S)

    claims = await asyncio.gather(*(claim() for _ in range(30)))

    assert sorted(c.submission_id for c in claims if c) == sorted(submitted)


async def test_completing_ends_it(contest: Contest) -> None:
    """A completed judging has its verdict and runs, and is never claimed again."""
    await contest.submit(await contest.team("a"))
    claim = await contest.surely_claim()
    await queue.complete(contest.connection, claim, ACCEPTED)

    assert await contest.state(claim) == ("done", "AC")
    assert await contest.connection.fetchval("SELECT count(*) FROM runs") == 1
    assert await contest.claim() is None


async def test_first_submissions_go_before_second_ones(contest: Contest) -> None:
    """A team that floods the queue does not delay another team's first submission."""
    flooding, other = await contest.team("flooding"), await contest.team("other")
    first, second, third = [await contest.submit(flooding) for _ in range(3)]
    lone = await contest.submit(other)

    order = [(await contest.surely_claim()).submission_id for _ in range(4)]

    assert order == [first, lone, second, third]


async def test_contestants_go_before_the_jury(contest: Contest) -> None:
    """Jury submissions wait until no contestant does."""
    team = await contest.team("a")
    jurys = await contest.submit(team, expected=(Verdict.AC,))
    contestants = await contest.submit(team)

    claims = [await contest.surely_claim() for _ in range(2)]

    assert [claim.submission_id for claim in claims] == [contestants, jurys]


async def test_a_lapsed_lease_is_reaped(contest: Contest) -> None:
    """What its holder lost is judged by somebody else, under the next attempt."""
    await contest.submit(await contest.team("a"))
    lost = await contest.surely_claim()
    assert await queue.reap(contest.connection) == 0
    await contest.run_out(lost)

    assert await queue.reap(contest.connection) == 1
    assert (await contest.surely_claim()).attempt == lost.attempt + 1


async def test_a_late_result_is_refused(contest: Contest) -> None:
    """Whoever comes back after losing its lease changes nothing: neither verdict nor runs."""
    await contest.submit(await contest.team("a"))
    lost = await contest.surely_claim()
    await contest.run_out(lost)
    await queue.reap(contest.connection)

    for when in ("queued", "judging", "done"):
        with pytest.raises(LeaseLost):
            await queue.complete(contest.connection, lost, ACCEPTED)
        with pytest.raises(LeaseLost):
            await queue.record(contest.connection, lost, announced=[], runs=[(1, RUN)], is_fresh=False)
        assert await contest.connection.fetchval("SELECT count(*) FROM runs") == 0
        if when == "queued":
            holder = await contest.surely_claim()
        elif when == "judging":
            await queue.complete(contest.connection, holder, REFUSED)
    assert await contest.state(lost) == ("done", "CE")


async def test_recording_again_is_recording_once(contest: Contest) -> None:
    """Whoever cannot tell whether runs were kept, since the connection was cut, may keep them again."""
    await contest.submit(await contest.team("a"))
    claim = await contest.surely_claim()
    for _ in range(2):
        await queue.record(contest.connection, claim, announced=[], runs=[(1, RUN)], is_fresh=False)

    assert await contest.connection.fetchval("SELECT count(*) FROM runs") == 1


async def test_renewing_keeps_a_lease(contest: Contest) -> None:
    """A renewed lease is not reaped, and renewing says which leases are gone."""
    await contest.submit(await contest.team("a"))
    claim = await contest.surely_claim()
    await contest.run_out(claim)

    assert await judgings.renew(contest.connection, claims=[claim], lease_s=LEASE_S) == {claim.judging_id}
    assert await queue.reap(contest.connection) == 0
    await queue.complete(contest.connection, claim, ACCEPTED)
    assert await judgings.renew(contest.connection, claims=[claim], lease_s=LEASE_S) == set()


async def test_what_kills_its_judges_ends_as_judge_error(contest: Contest) -> None:
    """A judging that is lost again and again is not tried for ever."""
    await contest.submit(await contest.team("a"))
    for _ in range(judgings.MOST_LOSSES):
        claim = await contest.surely_claim()
        await contest.run_out(claim)
        await queue.reap(contest.connection)

    assert await contest.state(claim) == ("done", "JE")
    assert await contest.claim() is None


async def test_giving_back_does_not_count_as_losing(contest: Contest) -> None:
    """A daemon that is stopped properly, however often, never makes a judge error."""
    await contest.submit(await contest.team("a"))
    for attempt in range(1, 2 * judgings.MOST_LOSSES):
        claim = await contest.surely_claim()
        assert claim.attempt == attempt
        assert await queue.give_back(contest.connection, judgehost_id=contest.judgehost_id) == 1

    assert await contest.state(claim) == ("queued", None)


async def test_starting_anew_takes_back_what_was_held(contest: Contest) -> None:
    """A judgehost that died need not wait for its own leases to run out."""
    await contest.submit(await contest.team("a"))
    claim = await contest.surely_claim()

    assert await queue.take_back(contest.connection, judgehost_id=contest.judgehost_id) == 1
    assert await contest.state(claim) == ("queued", None)


async def test_events_tell_the_whole_story(contest: Contest) -> None:
    """Live pages can replay a judging from its events, in order."""
    submission_id = await contest.submit(await contest.team("a"))
    claim = await contest.surely_claim()
    running = ("judging", {"state": "running", "attempt": 1, "tests_total": 1})
    await queue.record(contest.connection, claim, announced=[running], runs=[(1, RUN)], is_fresh=True)
    await queue.complete(contest.connection, claim, ACCEPTED)

    told = await events.after(contest.connection, submission_id=submission_id, after_id=0)

    assert [(e.kind, e.data.get("state"), e.data.get("verdict")) for e in told] == [
        ("submission", None, None),
        ("judging", "queued", None),
        ("judging", "running", None),
        ("verdict", None, "AC"),
    ]
    assert [e.id for e in told] == sorted(e.id for e in told)


async def test_a_problem_without_a_version_takes_no_submission(contest: Contest) -> None:
    """Nothing is kept of a submission that could not be judged."""
    problem_id = await contest.connection.fetchval("INSERT INTO problems (name) VALUES ('empty') RETURNING id")
    await contest.connection.execute(
        "INSERT INTO contest_problems VALUES ($1, $2, 'Z')", contest.contest_id, problem_id
    )
    with pytest.raises(NotFound):
        await queue.enqueue(
            contest.connection,
            contest_id=contest.contest_id,
            problem_id=problem_id,
            user_id=await contest.team("a"),
            source=pasted("c", b"int main() {}"),
        )

    assert await contest.connection.fetchval("SELECT count(*) FROM submissions") == 0


async def test_publishing_twice_is_one_version(contest: Contest) -> None:
    """Equal content is recognised; what is judged with is read back as it was published."""
    package = load(SAMPLES / "hello-sum")
    first = await problems.publish(contest.connection, package)
    second = await problems.publish(contest.connection, package)

    assert first == second
    assert await problems.load(contest.connection, first) == package.problem


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({}, "empty"),
        ({"a.c": b""}, "empty"),
        ({"a.c": b"x" * 70_000}, "at most 65536"),
        ({"a.c": b"int\0main"}, "NUL"),
        ({"a.c": b"\xff\xfe"}, "not UTF-8"),
        ({"-o.c": b"x"}, "file name"),
        ({"../a.c": b"x"}, "file name"),
        ({"a.c": b"x", "A.c": b"y"}, "same name"),
        ({f"f{i}.c": b"x" for i in range(40)}, "too many"),
    ],
)
def test_sources_are_refused_with_a_reason(files: dict[str, bytes], text: str) -> None:
    """What cannot be judged is refused before it is kept, in words that say what to do."""
    source = Source(language="c", files=tuple(SourceFile(name=n, content=c) for n, c in files.items()))

    with pytest.raises(RejectedSource, match=text):
        queue.check_source(source, Limits(time_ms=1, wall_ms=1), max_source_bytes=65536)


async def test_a_judging_says_what_it_was_compiled_with(contest: Contest) -> None:
    """Version and images are those that the judgehost has said it has of the language; of another it says nothing."""
    for language in ("python3", "java"):
        await contest.submit(await contest.team(f"writes-{language}"))
        claim = await contest.surely_claim()
        await contest.connection.execute(
            "UPDATE submissions SET language = $2 WHERE id = $1", claim.submission_id, language
        )
        found = Toolchain(language="python3", version="Python 3", compile_image="sha256:a", run_image="sha256:b")
        await toolchains.tell(contest.connection, contest.judgehost_id, [found])
        await queue.complete(contest.connection, claim, ACCEPTED)
    recorded = await contest.connection.fetch(
        "SELECT compiler_version, compile_image, run_image FROM judgings ORDER BY id"
    )

    assert [tuple(row) for row in recorded] == [("Python 3", "sha256:a", "sha256:b"), (None, None, None)]
