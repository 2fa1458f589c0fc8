"""Who may see and do what: the only place that knows.

Contestants see their own submissions, and problems once their contest has started. Setters and admins are judges: they
see every submission. Of problems' versions, and of problems whose contest has not started, setters see those that they
were given (``judge/store/problem_access.py``), admins all. Accounts are for admins. What somebody may not see is
answered as if it were not there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from judge.config import Settings
from judge.errors import JudgeError, NotFound
from judge.store.accounts import Role
from judge.store.contests import Contest, Feedback
from judge.store.problem_access import Access
from judge.store.sessions import Viewer
from judge.store.tokens import Scope
from web.translating import gettext

#: What a token of each scope makes of its account, whatever more that may do itself.
_ROLES = {
    Scope.READ: Role.CONTESTANT,
    Scope.SUBMIT: Role.CONTESTANT,
    Scope.SETTER: Role.SETTER,
    Scope.ADMIN: Role.ADMIN,
}


class LoginNeeded(JudgeError):
    """The page is for those who are logged in."""


def is_judge(viewer: Viewer | None) -> bool:
    """Whether they may see what contestants may not: everybody's submissions, test names, checkers' messages."""
    return viewer is not None and viewer.role in (Role.SETTER, Role.ADMIN)


def is_admin(viewer: Viewer | None) -> bool:
    return viewer is not None and viewer.role is Role.ADMIN


def scopes_of(role: Role) -> list[Scope]:
    """What tokens of an account with that role may be for."""
    ranks = list(Role)
    return [scope for scope in Scope if ranks.index(_ROLES[scope]) <= ranks.index(role)]


def by_token(viewer: Viewer, scope: Scope) -> Viewer:
    """The viewer as a token of theirs may act: as less than they are, never as more."""
    return replace(viewer, role=min(viewer.role, _ROLES[scope], key=list(Role).index))


def may_change_anything(scope: Scope | None) -> bool:
    """Whether what came with a token of that scope, or without any, may be more than a question."""
    return scope is not Scope.READ


def needs_two_step(viewer: Viewer | None, settings: Settings) -> bool:
    """Whether they have to add an authenticator before they may do anything else."""
    return viewer is not None and viewer.role in settings.two_step_roles and not viewer.has_two_step


def require_viewer(viewer: Viewer | None) -> Viewer:
    """Somebody who is logged in.

    Raises:
        LoginNeeded: nobody is.
    """
    if viewer is None:
        raise LoginNeeded(gettext("Log in to see this page."))
    return viewer


def require_judge(viewer: Viewer | None) -> Viewer:
    """A setter or an admin.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_viewer(viewer)
    if not is_judge(known):
        raise NotFound(gettext("There is no such page."))
    return known


def require_admin(viewer: Viewer | None) -> Viewer:
    """An admin.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_viewer(viewer)
    if not is_admin(known):
        raise NotFound(gettext("There is no such page."))
    return known


def may_use_problem(viewer: Viewer | None, granted: Access | None, needed: Access = Access.READ) -> bool:
    """Whether they may do that much with a problem, having been given so much."""
    if is_admin(viewer):
        return True
    return is_judge(viewer) and granted is not None and granted.covers(needed)


def require_problem(viewer: Viewer | None, granted: Access | None, needed: Access = Access.READ) -> Viewer:
    """Somebody who may do that much with a problem.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_judge(viewer)
    if not may_use_problem(known, granted, needed):
        raise NotFound(gettext("There is no such problem."))
    return known


def may_add_to_contest(viewer: Viewer, contest: Contest, now: datetime) -> bool:
    """Whether they may put a problem that they may change into the contest.

    Contestants of a running contest are not to be surprised, and standings of a past one do not change: that takes an
    admin. A contest without an end is for practice.
    """
    return is_admin(viewer) or (is_judge(viewer) and (contest.ends_at is None or not contest.has_started(now)))


def require_metrics(viewer: Viewer | None, *, is_near: bool) -> None:
    """A program on a machine of ours, or an admin.

    Raises:
        NotFound: anybody else.
    """
    if not is_near and not is_admin(viewer):
        raise NotFound(gettext("There is no such page."))


def may_see_problems(viewer: Viewer | None, contest: Contest, now: datetime) -> bool:
    """Whether any of the contest's problems are for them to see; which, ``web/visible.py`` tells."""
    return is_judge(viewer) or contest.has_started(now)


def may_see_every_problem(viewer: Viewer | None, contest: Contest, now: datetime) -> bool:
    """Whether they see all problems of the contest; before it starts setters see those that they were given."""
    return is_admin(viewer) or contest.has_started(now)


def may_see_submission(viewer: Viewer, *, owner_id: int) -> bool:
    return is_judge(viewer) or viewer.id == owner_id


def why_not_submit(viewer: Viewer | None, contest: Contest, now: datetime) -> str | None:
    """What stands in the way of submitting, for showing; None where nothing does."""
    if viewer is None:
        return gettext("Log in to submit.")
    if is_judge(viewer):
        return None
    if not contest.has_started(now):
        return gettext("The contest has not started yet.")
    if contest.has_ended(now):
        return gettext("The contest is over; submissions are no longer taken.")
    return None


def why_not_ask(viewer: Viewer, contest: Contest, now: datetime) -> str | None:
    """What stands in the way of asking the jury, for showing; None where nothing does."""
    if is_judge(viewer):
        return None
    if contest.has_ended(now):
        return gettext("The contest is over; the jury takes no more questions here.")
    return None


def feedback(viewer: Viewer | None, shown: Feedback) -> Feedback:
    """How much they see of what became of a submission that they may see, of a contest that shows so much."""
    return Feedback.FULL if is_judge(viewer) else shown


def sees_frozen(viewer: Viewer | None) -> bool:
    """Whether scoreboards keep nothing from them while they are frozen."""
    return is_judge(viewer)
