"""Forms whose session was over when they came: what was written is worth more than the click.

The check of forms refuses them in any case; a handler that is marked here says how, instead of a page that says only
that the form is too old.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from web.forms import Handler

_RESCUES: dict[object, Handler] = {}


def rescued_by(rescue: Handler) -> Callable[[Handler], Handler]:
    """Mark a handler whose refused forms ``rescue`` answers, which may change nothing in anybody's name."""

    def mark(handler: Handler) -> Handler:
        _RESCUES[handler] = rescue
        return handler

    return mark


def of(request: web.Request) -> Handler | None:
    """What answers the refused form, if anything."""
    return _RESCUES.get(request.match_info.handler)
