"""What admins see of incidents and judgehosts, and what they do about them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from judge.incidents import Incident, IncidentKind
from judge.queueing import queue
from judge.store import canaries, judgehosts, security
from judge.store.accounts import Role
from judge.store.canaries import Outcome
from judge.store.security import Seen
from judge.verdicts import Verdict
from tests.website import Page, Site, Visitor

CELL_ENDED = Incident(IncidentKind.CELL_ENDED, "cell judge-1 ended by itself")
STRAY = Incident(IncidentKind.STRAY_PROCESS, "process 7 (sh) of user 200000 is in no cell")
REFUSED = Incident(IncidentKind.REFUSED_CALL, "ptrace", 3)


async def _host(site: Site, incidents: Sequence[Incident] = (), *, name: str = "alpha") -> int:
    """A judgehost that has seen these, in order."""
    async with site.pool.acquire() as connection:
        judgehost_id = await judgehosts.register(connection, name=name, slots=2, isolation="container")
        await security.record_of_host(
            connection, judgehost_id=judgehost_id, seen=[Seen(incident=one, cell="judge-1") for one in incidents]
        )
    return judgehost_id


async def _refused(site: Site) -> int:
    """A submission whose judging had a refused call; its id."""
    seeded = await site.contest()
    submission_id = await site.submission(seeded, await site.account("ada"))
    await site.judge(submission_id, Verdict.WA)
    async with site.pool.acquire() as connection:
        judging_id = await connection.fetchval("SELECT id FROM judgings")
        await security.record_of_judging(connection, judging_id=judging_id, incidents=[REFUSED])
    return submission_id


async def _ids(site: Site, condition: str = "true") -> list[int]:
    async with site.pool.acquire() as connection:
        rows = await connection.fetch(f"SELECT id FROM security_events WHERE {condition} ORDER BY id")
    return [row["id"] for row in rows]


async def _admin(site: Site) -> Visitor:
    return await site.logged_in("root", Role.ADMIN)


def _listed(page: Page) -> str:
    """The rows of the list of events; nothing where there is none."""
    return " ".join(page.words.partition(" Acknowledged")[2].split())


async def test_nothing_to_see(site: Site) -> None:
    """On a new site the page says what it would show."""
    visitor = await _admin(site)

    page = await visitor.get("/admin/security")

    assert page.status == 200
    assert "Nothing has been seen yet" in page.words
    assert "No judgehost has registered yet" in (await visitor.get("/admin/judgehosts")).words


async def test_events_newest_first(site: Site) -> None:
    """Each event shows what, how bad, how often and where, with a way to its submission."""
    await _host(site, [CELL_ENDED, STRAY])
    submission_id = await _refused(site)

    page = await (await _admin(site)).get("/admin/security")

    listed = _listed(page)
    assert 0 < listed.index("ptrace") < listed.index(STRAY.detail) < listed.index(CELL_ENDED.detail)
    assert f'href="/submissions/{submission_id}"' in page.text
    assert "\N{MULTIPLICATION SIGN} 3" in listed and "on alpha , cell judge-1" in listed
    assert "1 alarm that nobody has acknowledged" in " ".join(page.words.split())


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"cell", "stray", "ptrace"}),
        ("?severity=alarm", {"stray"}),
        ("?severity=warning", {"cell", "ptrace"}),
        ("?kind=refused-call", {"ptrace"}),
        ("?kind=refused-call&severity=alarm", set()),
        ("?kind=nonsense&severity=%00&before=x&open=2", {"cell", "stray", "ptrace"}),
    ],
)
async def test_filters(site: Site, query: str, shown: set[str]) -> None:
    """Kind and severity choose; what is neither chooses nothing away."""
    await _host(site, [CELL_ENDED, STRAY])
    await _refused(site)

    listed = _listed(await (await _admin(site)).get(f"/admin/security{query}"))

    texts = {"cell": CELL_ENDED.detail, "stray": STRAY.detail, "ptrace": "ptrace"}
    assert {name for name, text in texts.items() if text in listed} == shown


async def test_acknowledging(site: Site) -> None:
    """An admin acknowledges one event, then all of a page; who and what is on the page and in the audit log."""
    await _host(site, [CELL_ENDED, STRAY, STRAY])
    first, second, third = await _ids(site)
    admin = await _admin(site)
    assert "2 security alarms" in (await admin.get("/admin/users")).words

    answer = await admin.post("/admin/security?severity=alarm&open=1", {"events": str(second)})
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/security?severity=alarm&open=1")
    assert await _ids(site, "acknowledged_at IS NOT NULL") == [second]
    assert "by root" in _listed(await admin.get("/admin/security"))
    assert "1 security alarm" in (await admin.get("/admin/users")).words

    await admin.post("/admin/security", {"events": f"{first},{second},{third}"})
    assert await _ids(site, "acknowledged_at IS NULL") == []
    assert "security alarm" not in (await admin.get("/admin/users")).words
    async with site.pool.acquire() as connection:
        log = await connection.fetch("SELECT data FROM audit_log WHERE action = 'acknowledge events' ORDER BY id")
    assert [row["data"] for row in log] == [{"security_event_ids": [second]}, {"security_event_ids": [first, third]}]


async def test_information_waits_for_nobody(site: Site) -> None:
    """What is for information is listed, but nobody is asked to acknowledge it."""
    await _host(site, [Incident(IncidentKind.OUT_OF_MEMORY, "")])
    admin = await _admin(site)

    page = await admin.get("/admin/security")

    assert "Killed for want of memory" in _listed(page)
    assert "<button>Acknowledge all" not in page.text and 'name="events"' not in page.text
    assert "Nothing of that kind" in (await admin.get("/admin/security?open=1")).words


@pytest.mark.parametrize("events", ["", "x", "1,", "-1", "1" * 30, ",".join(["1"] * 101)])
async def test_what_are_no_events_is_refused(site: Site, events: str) -> None:
    """A forged list of events is refused as such, and nothing is acknowledged."""
    await _host(site, [STRAY])

    answer = await (await _admin(site)).post("/admin/security", {"events": events})

    assert answer.status == 400
    assert len(await _ids(site, "acknowledged_at IS NULL")) == 1


async def test_pages_of_events(site: Site) -> None:
    """A long list comes in pages that keep the filter and miss nothing."""
    await _host(site, [Incident(IncidentKind.STRAY_MOUNT, f"mount {number:03}") for number in range(60)])
    await _host(site, [CELL_ENDED], name="beta")
    admin = await _admin(site)
    before = (await _ids(site))[10]

    first = await admin.get("/admin/security?severity=alarm")
    second = await admin.get(f"/admin/security?severity=alarm&before={before}")

    assert f"/admin/security?severity=alarm&amp;before={before}" in first.text
    seen = [f"mount {number:03}" in _listed(first) for number in (9, 10, 59)]
    assert seen == [False, True, True]
    assert [f"mount {number:03}" in _listed(second) for number in (0, 9, 10)] == [True, True, False]


async def test_details_are_text(site: Site) -> None:
    """What a submission could have named itself is shown as it is, and is no markup; unknown kinds show too."""
    await _host(site, [Incident(IncidentKind.STRAY_PROCESS, "process 1 (<script>alert(1)</script>\x1b[31m)")])
    async with site.pool.acquire() as connection:
        await connection.execute("INSERT INTO security_events (kind) VALUES ('from-a-newer-release')")

    page = await (await _admin(site)).get("/admin/security")

    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)" in page.text
    assert "\x1b" not in page.text
    assert "from-a-newer-release" in page.words


async def test_judgehosts(site: Site) -> None:
    """Each judgehost shows whether it takes work and why not, what it judges, and what canaries say of it."""
    fit = await _host(site, name="fit")
    unfit = await _host(site, name="unfit")
    locked = await _host(site, name="locked")
    lost = await _host(site, name="lost")
    async with site.pool.acquire() as connection:
        await judgehosts.set_unfit(connection, unfit, why="the memory limit does not hold")
        await judgehosts.set_unfit(connection, locked, why=STRAY.detail, is_locked=True)
        # The others are heard of as long as the test takes.
        seen = "UPDATE judgehosts SET last_seen_at = now() + CASE WHEN id = $1 THEN -1 ELSE 1 END * interval '1 hour'"
        await connection.execute(seen, lost)
        for outcome, detail in ((Outcome.GOOD, ""), (Outcome.DOUBTFUL, "c: <b>crash</b> has to be RTE, was AC")):
            figures = {
                "c": {"work_us": 51_234, "baseline_us": 50_000},
                "python3": {"work_us": None, "baseline_us": None},
            }
            began_at = await canaries.ago(connection, 2)
            await canaries.record(
                connection, judgehost_id=fit, began_at=began_at, outcome=outcome, detail=detail, figures=figures
            )
        await connection.execute(
            "INSERT INTO toolchains VALUES ($1, 'c', 'gcc 14', 'a', 'b'), ($2, 'c', 'gcc 14', 'x', 'b')", fit, unfit
        )
    submission_id = await site.submission(await site.contest(), await site.account("ada"))
    async with site.pool.acquire() as connection:
        await queue.claim(connection, judgehost_id=fit, lease_s=30)
    page = await (await _admin(site)).get("/admin/judgehosts")

    assert "the memory limit does not hold" in page.words and STRAY.detail in page.words
    assert "It is not running" in page.words and "Other images" in page.words
    assert f"#{submission_id}" in page.words
    assert "c 51.2 / 50.0 ms, python3 ? ms" in " ".join(page.words.replace("\xa0", " ").split())
    assert "c: <b>crash</b> has to be RTE" in page.words and "<b>crash" not in page.text


async def test_disabling_and_enabling_a_judgehost(site: Site) -> None:
    """An admin takes a judgehost out of service and back, and unlocks a locked one, each once."""
    fit, locked = await _host(site, name="fit"), await _host(site, name="locked")
    async with site.pool.acquire() as connection:
        await judgehosts.set_unfit(connection, locked, why=STRAY.detail, is_locked=True)
    admin = await _admin(site)

    async def change(judgehost_id: int, action: str) -> int:
        fields = {"action": action, "reason": "new fan"}
        return (await admin.post(f"/admin/judgehosts/{judgehost_id}", fields, form_on="/admin/judgehosts")).status

    assert [await change(fit, "disable"), await change(fit, "disable")] == [303, 404]
    assert "Disabled: new fan" in " ".join((await admin.get("/admin/judgehosts")).words.split())
    assert [await change(fit, "enable"), await change(fit, "enable")] == [303, 404]
    assert [await change(locked, "enable"), await change(10**17, "enable"), await change(fit, "burn")] == [
        303,
        404,
        400,
    ]
    page = await admin.get("/admin/judgehosts")
    assert STRAY.detail not in page.words and "new fan" not in page.words


@pytest.mark.parametrize("role", [Role.CONTESTANT, Role.SETTER])
async def test_only_admins_change_anything(site: Site, role: Role) -> None:
    """Nobody else acknowledges or enables, or finds out that there is anything to."""
    judgehost_id = await _host(site, [STRAY])
    async with site.pool.acquire() as connection:
        await judgehosts.set_unfit(connection, judgehost_id, why="x", is_locked=True)
    visitor = await site.logged_in("eve", role)

    answers = [
        await visitor.post("/admin/security", {"events": str((await _ids(site))[0])}, form_on="/account"),
        await visitor.post(f"/admin/judgehosts/{judgehost_id}", {"action": "enable"}, form_on="/account"),
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert await _ids(site, "acknowledged_at IS NULL") != []
    async with site.pool.acquire() as connection:
        assert await judgehosts.locked(connection, judgehost_id) == "x"


async def test_forms_need_their_token(site: Site) -> None:
    """What another site makes an admin's browser send changes nothing."""
    await _host(site, [STRAY])
    admin = await _admin(site)

    answer = await admin.post_raw("/admin/security", {"events": str((await _ids(site))[0])}, csrf=None)

    assert answer.status == 403
    assert await _ids(site, "acknowledged_at IS NOT NULL") == []


async def test_metrics(site: Site) -> None:
    """Prometheus finds what the database counts, and zeros for what has not happened."""
    locked = await _host(site, [STRAY, STRAY, CELL_ENDED])
    await _host(site, name="beta")
    gamma = await _host(site, name="gamma")
    await _refused(site)
    seeded = await site.contest("other", problems=[("A", "other", "Other")])
    await site.submission(seeded, await site.account("bob"))
    async with site.pool.acquire() as connection:
        await judgehosts.set_unfit(connection, locked, why="x", is_locked=True)
        await judgehosts.disable(connection, judgehost_id=gamma, reason="x", by=None)
        await security.acknowledge(connection, event_ids=await _ids(site, "severity = 'warning'"), by=1)

    page = await site.visitor().get("/metrics")

    assert page.headers["Content-Type"].startswith("text/plain")
    figures = dict(line.rsplit(" ", 1) for line in page.text.splitlines() if not line.startswith("#"))
    expected = {
        'judge_security_events_total{kind="stray-process",severity="alarm"}': "2.0",
        'judge_security_events_total{kind="refused-call",severity="warning"}': "1.0",
        'judge_security_events_total{kind="out-of-memory",severity="info"}': "0.0",
        'judge_security_events_unacknowledged{severity="alarm"}': "2.0",
        'judge_security_events_unacknowledged{severity="warning"}': "0.0",
        'judge_judgings_total{verdict="WA"}': "1.0",
        'judge_judgings_total{verdict="JE"}': "0.0",
        "judge_queue_length": "1.0",
        "judge_judgings_in_progress": "0.0",
        'judge_judgehosts{state="live"}': "1.0",
        'judge_judgehosts{state="locked"}': "1.0",
        'judge_judgehosts{state="disabled"}': "1.0",
        'judge_judgehosts{state="lost"}': "0.0",
    }
    assert {name: figures.get(name) for name in expected} == expected
    assert 0 <= float(figures["judge_queue_wait_seconds"]) < 60


@pytest.mark.parametrize("role", [None, Role.CONTESTANT, Role.SETTER, Role.ADMIN])
async def test_metrics_are_not_for_everybody(site: Site, role: Role | None) -> None:
    """Through a proxy, only admins see figures."""
    visitor = site.visitor() if role is None else await site.logged_in("somebody", role)

    answer = await visitor.open("/metrics", **{"X-Forwarded-For": "203.0.113.9"})

    assert answer.status == (200 if role is Role.ADMIN else 404)
