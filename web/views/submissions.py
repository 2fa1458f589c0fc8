"""Submissions: the list of a contest's, and the page of one with its live verdict."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from judge.store import blobs, contests, places, submissions
from judge.store.pool import Connection
from judge.store.submissions import Seen, Summary
from web import feedback, permissions, wording
from web.keys import POOL, RENDERER, SESSION, SETTINGS
from web.live import Watch, stream
from web.pages import page
from web.streams import known_id
from web.views.overrides import SETTABLE
from web.views.sources import find

PAGE = 50
#: Submissions that one can be compared with.
_OTHERS_SHOWN = 30
_LARGEST_ID = 2**63 - 1


async def index(request: web.Request) -> web.Response:
    """The viewer's own submissions to a contest, and those that they judge."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    before_id = _number(request.query.get("before", "")) or None
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        seen = permissions.submissions_seen(viewer, contest.id)
        listed = await submissions.page(
            connection,
            contest_id=contest.id,
            viewer_id=viewer.id,
            seen=seen,
            before_id=before_id,
            limit=PAGE + 1,
        )
    return page(
        request,
        "submissions",
        {
            "contest": contest,
            "submissions": [
                feedback.of_summary(summary, permissions.feedback(viewer, summary)) for summary in listed[:PAGE]
            ],
            "sees_others": seen is not Seen.OWN,
            "next_before": listed[PAGE - 1].id if len(listed) > PAGE else None,
            "is_first_page": before_id is None,
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
        follow_after = await submissions.before_current_judging(connection, summary.id)
        place = await places.of_submission(connection, summary.id, lost_after_s=request.app[SETTINGS].lease_s)
        files = await submissions.files(connection, summary.id)
        history = await submissions.history(connection, summary.id) if permissions.judges(viewer, summary) else []
        contents = [await blobs.get(connection, file.sha256) for file in files]
        others = await submissions.others(connection, summary, limit=_OTHERS_SHOWN)
    shown = permissions.feedback(viewer, summary)
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
    return web.json_response(
        {
            "id": summary.id,
            "contest": summary.contest_name,
            "problem": summary.label,
            "language": summary.language,
            "submitted_at": summary.submitted_at.isoformat(),
            "state": summary.state,
            "verdict": summary.verdict and summary.verdict.value,
            "score": summary.score,
            "queue": place and {**asdict(place), "words": wording.in_queue(place)},
            "page": f"/submissions/{summary.id}",
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
        after_id=known_id(request),
        lost_after_s=request.app[SETTINGS].lease_s,
    )
    return await stream(request, watch)


async def _find(request: web.Request, connection: Connection) -> Summary:
    """The submission of the address, where the viewer may see it."""
    return await find(request, connection, int(request.match_info["submission"]))


def _number(text: str) -> int:
    """An event or submission id that somebody sent; 0 for what is none."""
    return min(int(text), _LARGEST_ID) if text.isascii() and text.isdecimal() and len(text) < 25 else 0
