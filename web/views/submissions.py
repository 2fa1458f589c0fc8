"""Submissions: the list of a contest's, and the page of one with its live verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aiohttp import web

from judge.store import blobs, contests, places, submissions
from judge.store.contests import Contest
from judge.store.pool import Connection
from judge.store.submissions import Seen, Summary
from web import feedback, permissions, wording
from web.events.live import Watch, position, stream
from web.events.streams import known_id
from web.keys import POOL, RENDERER, SESSION, SETTINGS
from web.pages import page
from web.views.overrides import SETTABLE
from web.views.sources import find

PAGE = 50
#: Submissions that one can be compared with.
_OTHERS_SHOWN = 30
_LARGEST_ID = 2**63 - 1


async def index(request: web.Request) -> web.Response:
    """The viewer's own submissions to a contest, and those that they judge."""
    contest, listed = await _page_of(request)
    return page(
        request,
        "submissions",
        {
            "contest": contest,
            "submissions": listed[:PAGE],
            "next_before": _next_before(listed),
            "is_first_page": _before(request) is None,
            "sees_others": permissions.submissions_seen(request[SESSION].viewer, contest.id) is not Seen.OWN,
        },
    )


async def show(request: web.Request) -> web.Response:
    """A submission: its verdict, its tests and its source; for judges also every judging that it ever had."""
    viewer = request[SESSION].viewer
    # One snapshot, so that what the page shows and where its live updates begin fit together.
    async with (
        request.app[POOL].acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        summary = await _find(request, connection)
        judging = await submissions.current_judging(connection, summary.id)
        shown = permissions.feedback(viewer, summary)
        follow_after = await position(connection, summary.id, shown)
        place = await places.of_submission(connection, summary.id, lost_after_s=request.app[SETTINGS].lease_s)
        files = await submissions.files(connection, summary.id)
        history = await submissions.history(connection, summary.id) if permissions.judges(viewer, summary) else []
        contents = [await blobs.get(connection, file.sha256) for file in files]
        others = await submissions.others(connection, summary, limit=_OTHERS_SHOWN)
    texts = [content.decode(errors="replace") for content in contents]
    sources = [
        (file.name, await request.app[RENDERER].source(file.sha256, text, summary.language), text.count("\n") + 1)
        for file, text in zip(files, texts, strict=True)
    ]
    return page(
        request,
        "submission",
        {
            "submission": feedback.of_summary(summary, shown),
            "judging": judging and feedback.of_judging(judging, shown),
            "shown": shown.value,
            "place": place and wording.in_queue(place),
            "sources": sources,
            "others": others,
            "follow_after": follow_after,
            "history": history,
            "settable": SETTABLE,
        },
    )


async def described(request: web.Request) -> web.Response:
    """A submission as JSON: what became of it, or where in the queue it stands."""
    async with request.app[POOL].acquire() as connection:
        found = await _find(request, connection)
        place = await places.of_submission(connection, found.id, lost_after_s=request.app[SETTINGS].lease_s)
    summary = feedback.of_summary(found, permissions.feedback(request[SESSION].viewer, found))
    queue = place and {**asdict(place), "words": wording.in_queue(place)}
    return web.json_response({**_described(summary), "queue": queue})


async def described_list(request: web.Request) -> web.Response:
    """What the page of a contest's submissions lists, as JSON."""
    contest, listed = await _page_of(request)
    return web.json_response(
        {
            "contest": contest.name,
            "submissions": [_described(summary) for summary in listed[:PAGE]],
            "next_before": _next_before(listed),
        }
    )


async def follow(request: web.Request) -> web.StreamResponse:
    """Live updates of one submission, from after the last event that the browser knows."""
    async with request.app[POOL].acquire() as connection:
        summary = await _find(request, connection)
    viewer = request[SESSION].viewer
    watch = Watch(
        submission_id=summary.id,
        is_judge=permissions.judges(viewer, summary),
        feedback=permissions.feedback(viewer, summary),
        known=known_id(request),
        lost_after_s=request.app[SETTINGS].lease_s,
    )
    return await stream(request, watch)


async def _page_of(request: web.Request) -> tuple[Contest, list[Summary]]:
    """The contest of the address, and the page asked for of what the viewer sees there, with the one after it."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        listed = await submissions.page(
            connection,
            contest_id=contest.id,
            viewer_id=viewer.id,
            seen=permissions.submissions_seen(viewer, contest.id),
            before_id=_before(request),
            limit=PAGE + 1,
        )
    return contest, [feedback.of_summary(summary, permissions.feedback(viewer, summary)) for summary in listed]


def _before(request: web.Request) -> int | None:
    return _number(request.query.get("before", "")) or None


def _next_before(listed: Sequence[Summary]) -> int | None:
    return listed[PAGE - 1].id if len(listed) > PAGE else None


def _described(submission: Summary) -> dict[str, Any]:
    """A submission as programs are told of it."""
    return {
        "id": submission.id,
        "contest": submission.contest_name,
        "problem": submission.label,
        "user": submission.user_name,
        "language": submission.language,
        "submitted_at": submission.submitted_at.isoformat(),
        "state": submission.state,
        "verdict": submission.verdict and submission.verdict.value,
        "score": submission.score,
        "page": f"/submissions/{submission.id}",
    }


async def _find(request: web.Request, connection: Connection) -> Summary:
    """The submission of the address, where the viewer may see it."""
    return await find(request, connection, int(request.match_info["submission"]))


def _number(text: str) -> int:
    """An event or submission id that somebody sent; 0 for what is none."""
    return min(int(text), _LARGEST_ID) if text.isascii() and text.isdecimal() and len(text) < 25 else 0
