"""What pages say of things that lower layers only know, or have one English word for."""

from __future__ import annotations

import re

from judge.store.pauses import Scope
from judge.store.places import MOST_COUNTED, Place
from web.translating import N_, gettext, words

#: States and the like, which pages show through the filter ``words``.
NAMES = (
    N_("open"),
    N_("applied"),
    N_("cancelled"),
    N_("info"),
    N_("warning"),
    N_("alarm"),
    N_("contestant"),
    N_("setter"),
    N_("admin"),
    N_("draining"),
    N_("disabled"),
    N_("locked"),
    N_("lost"),
    N_("unfit"),
    N_("contest"),
    N_("practice"),
    N_("rejudging"),
    N_("jury"),
    N_("queued"),
    N_("compiling"),
    N_("judging"),
    N_("done"),
    N_("idle"),
    N_("no answer"),
    # Colours of balloons.
    *(N_("red"), N_("orange"), N_("yellow"), N_("lime"), N_("green"), N_("turquoise"), N_("light blue"), N_("blue")),
    *(N_("purple"), N_("violet"), N_("pink"), N_("brown"), N_("gold"), N_("silver"), N_("white"), N_("black")),
)


#: How a run says why it got its verdict.
_REASONS = (
    (re.compile(r"killed by (?P<signal>\w+)"), N_("killed by %(signal)s")),
    (re.compile(r"exit code (?P<code>\d+)"), N_("exit code %(code)s")),
    (re.compile(r"cannot be started: (?P<why>.*)"), N_("cannot be started: %(why)s")),
)


def reason(text: str) -> str:
    """Why a run got its verdict."""
    for pattern, message in _REASONS:
        if found := pattern.fullmatch(text):
            return gettext(message, **found.groupdict())
    return words(text)


def scope(paused: Scope) -> str:
    """What of the queue is paused."""
    parts = (
        (gettext("contest %(name)s", name=paused.contest), paused.contest),
        (gettext("problem %(name)s", name=paused.problem), paused.problem),
        (gettext("language %(name)s", name=paused.language), paused.language),
    )
    return ", ".join(said for said, name in parts if name is not None) or gettext("everything")


def in_queue(place: Place) -> str:
    """Where in the queue somebody's submission is, and for about how long."""
    if place.is_held:
        return gettext("Judging is paused by the jury; this is not lost.")
    if place.ahead >= MOST_COUNTED:
        where = gettext("More than %(count)s are before it", count=MOST_COUNTED)
    elif place.ahead == 0:
        where = gettext("Next in the queue")
    else:
        where = gettext("Place %(number)s in the queue", number=place.ahead + 1)
    return f"{where}." if place.wait_s is None else f"{where}, {_about(place.wait_s)}."


def _about(wait_s: float) -> str:
    """Rounded up: nobody minds being judged earlier."""
    if wait_s < 3:
        return gettext("a few seconds")
    if wait_s < 60:
        return gettext("about %(seconds)s s", seconds=5 * int(wait_s // 5 + 1))
    if wait_s < 3600:
        return gettext("about %(minutes)s min", minutes=int(wait_s // 60 + 1))
    return gettext("more than an hour")
