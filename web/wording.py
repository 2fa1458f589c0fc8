"""What pages say of things that lower layers only know, or have one English word for."""

from __future__ import annotations

from judge.store.places import MOST_COUNTED, Place
from web.translating import N_, gettext

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
)


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
