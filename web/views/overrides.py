"""Verdicts that an admin sets by hand, and takes back."""

from __future__ import annotations

import math

from aiohttp import web

from judge.errors import UsageError
from judge.queueing import rejudging
from judge.store.pool import Connection
from judge.verdicts import Verdict
from web import forms, notices, permissions
from web.forms import Form
from web.keys import POOL, SESSION
from web.translating import gettext

#: A judge error is nobody's decision.
SETTABLE = tuple(verdict for verdict in Verdict if verdict is not Verdict.JE)


async def override(request: web.Request) -> web.Response:
    """Set a submission's verdict, or bring back the one from before, and show it."""
    admin = permissions.require_admin(request[SESSION].viewer)
    submission_id = int(request.match_info["submission"])
    sent = await forms.read(request)
    async with request.app[POOL].acquire() as connection:
        said = await overridden(connection, submission_id, sent, by=admin.id)
    redirect = web.HTTPSeeOther(f"/submissions/{submission_id}")
    notices.leave(request, redirect, [said])
    raise redirect


async def overridden(connection: Connection, submission_id: int, sent: Form, *, by: int) -> str:
    """Do what the form says, and say what was done: without a verdict, bring back the one from before.

    Raises:
        NotFound: there is no such submission.
        UsageError: it cannot be done.
    """
    if not sent.text("verdict"):
        await rejudging.undo_override(connection, submission_id, by=by)
        return gettext("The submission has the verdict from before.")
    if sent.text("verdict") not in SETTABLE:
        raise UsageError(
            gettext("There is no such verdict to set: it is one of %(verdicts)s.", verdicts=", ".join(SETTABLE))
        )
    await rejudging.override(
        connection,
        submission_id,
        Verdict(sent.text("verdict")),
        reason=sent.text("reason"),
        score=_score(sent.text("score")),
        by=by,
    )
    return gettext("The verdict is set, and contestants see it.")


def _score(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise UsageError(gettext("The score is no number."))
    return score
