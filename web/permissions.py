"""Who may see and do what: the only place that knows.

Contestants see their own submissions, and problems once their contest has started. Admins see everything.
Setters see what they were given (``judge/store/problem_access.py``): versions of these problems, submissions to them as
judges do, and the problems themselves before their contest has started. Elsewhere they see what contestants do.
Staff of a contest (``judge/store/staff.py``) see more of that one. Accounts are for admins.
What somebody may not see is answered as if it were not there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from judge.config import Settings
from judge.errors import JudgeError, NotFound
from judge.store.accounts import Role
from judge.store.contests import Contest, ContestProblem, Feedback
from judge.store.problem_access import Access
from judge.store.sessions import Viewer
from judge.store.staff import ContestRole
from judge.store.submissions import Seen, Summary
from judge.store.tokens import Scope
from judge.store.tryouts import Tryout
from web.translating import gettext

#: What a token of each scope makes of its account, whatever more that may do itself.
_ROLES = {
    Scope.READ: Role.CONTESTANT,
    Scope.SUBMIT: Role.CONTESTANT,
    Scope.STAFF: Role.CONTESTANT,
    Scope.SETTER: Role.SETTER,
    Scope.ADMIN: Role.ADMIN,
}


class LoginNeeded(JudgeError):
    """The page is for those who are logged in."""


def is_setter(viewer: Viewer | None) -> bool:
    """Whether they may have problems; which, and what they may do with each, is another question."""
    return viewer is not None and viewer.role in (Role.SETTER, Role.ADMIN)


def is_judge(viewer: Viewer | None, contest_id: int | None, granted: Access | None = None) -> bool:
    """Whether they may see what contestants may not: others' submissions, test names, checkers' messages.

    Args:
        viewer: somebody, or nobody who is known.
        contest_id: where; None: in every contest.
        granted: what they were given of the one problem that it is about; None: nothing, or it is about all of them.
    """
    if may_use_problem(viewer, granted):
        return True
    return (
        viewer is not None
        and contest_id is not None
        and viewer.staff.get(contest_id) in (ContestRole.JURY, ContestRole.OBSERVER)
    )


def is_jury(viewer: Viewer | None, contest_id: int) -> bool:
    """Whether they speak for the jury of that contest: answer, announce."""
    return is_admin(viewer) or (viewer is not None and viewer.staff.get(contest_id) is ContestRole.JURY)


def may_bring_balloons(viewer: Viewer | None, contest_id: int) -> bool:
    """Whether they see which balloons are to be brought there, and say which were."""
    return is_jury(viewer, contest_id) or (viewer is not None and viewer.staff.get(contest_id) is ContestRole.BALLOONS)


def is_admin(viewer: Viewer | None) -> bool:
    return viewer is not None and viewer.role is Role.ADMIN


def scopes_of(viewer: Viewer) -> list[Scope]:
    """What tokens of theirs may be for."""
    ranks = list(Role)
    return [
        scope
        for scope in Scope
        if ranks.index(_ROLES[scope]) <= ranks.index(viewer.role) and (scope is not Scope.STAFF or viewer.staff)
    ]


def by_token(viewer: Viewer, scope: Scope) -> Viewer:
    """The viewer as a token of theirs may act: as less than they are, never as more."""
    role = min(viewer.role, _ROLES[scope], key=list(Role).index)
    return replace(viewer, role=role, staff=viewer.staff if scope.covers(Scope.STAFF) else {})


def may_change_anything(scope: Scope | None) -> bool:
    """Whether what came with a token of that scope, or without any, may be more than a question."""
    return scope is not Scope.READ


def needs_two_step(viewer: Viewer | None, settings: Settings) -> bool:
    """Whether they have to add an authenticator before they may do anything else."""
    return viewer is not None and viewer.role in settings.two_step_roles and not viewer.has_two_step


def may_ask_as_another(method: str, path: str) -> bool:
    """Whether an admin who looks at the site as a contestant may do that: read, but nothing of the account itself."""
    if path in ("/impersonation/end", "/logout"):
        return True
    return method in ("GET", "HEAD") and not path.startswith(("/account", "/login", "/register"))


def require_viewer(viewer: Viewer | None) -> Viewer:
    """Somebody who is logged in.

    Raises:
        LoginNeeded: nobody is.
    """
    if viewer is None:
        raise LoginNeeded(gettext("Log in to see this page."))
    return viewer


def require_setter(viewer: Viewer | None) -> Viewer:
    """A setter or an admin.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_viewer(viewer)
    return _required(known, is_allowed=is_setter(known))


def require_jury(viewer: Viewer | None, contest_id: int) -> Viewer:
    """Somebody who speaks for the jury of that contest.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_viewer(viewer)
    return _required(known, is_allowed=is_jury(known, contest_id))


def require_balloons(viewer: Viewer | None, contest_id: int) -> Viewer:
    """Somebody who may bring balloons in that contest.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_viewer(viewer)
    return _required(known, is_allowed=may_bring_balloons(known, contest_id))


def may_hold_ceremony(viewer: Viewer | None, contest: Contest, now: datetime) -> bool:
    """Whether they may reveal what the contest's frozen scoreboard kept back; before the end only for trying it out."""
    return is_admin(viewer) or (is_jury(viewer, contest.id) and contest.has_ended(now))


def require_ceremony(viewer: Viewer | None, contest: Contest, now: datetime) -> Viewer:
    """Somebody who may hold the contest's ceremony now.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_viewer(viewer)
    return _required(known, is_allowed=may_hold_ceremony(known, contest, now))


def require_admin(viewer: Viewer | None) -> Viewer:
    """An admin.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_viewer(viewer)
    return _required(known, is_allowed=is_admin(known))


def may_use_problem(viewer: Viewer | None, granted: Access | None, needed: Access = Access.READ) -> bool:
    """Whether they may do that much with a problem, having been given so much."""
    if is_admin(viewer):
        return True
    return is_setter(viewer) and granted is not None and granted.covers(needed)


def require_problem(viewer: Viewer | None, granted: Access | None, needed: Access = Access.READ) -> Viewer:
    """Somebody who may do that much with a problem.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: somebody is who has no business here.
    """
    known = require_setter(viewer)
    if not may_use_problem(known, granted, needed):
        raise NotFound(gettext("There is no such problem."))
    return known


def may_add_to_contest(viewer: Viewer, contest: Contest, now: datetime) -> bool:
    """Whether they may put a problem that they may change into the contest.

    Contestants of a running contest are not to be surprised, and standings of a past one do not change: that takes an
    admin. A contest without an end is for practice.
    """
    return is_admin(viewer) or (is_setter(viewer) and (contest.ends_at is None or not contest.has_started(now)))


def require_metrics(viewer: Viewer | None, *, is_near: bool) -> None:
    """A program on a machine of ours, or an admin.

    Raises:
        NotFound: anybody else.
    """
    if not is_near and not is_admin(viewer):
        raise NotFound(gettext("There is no such page."))


def may_see_problems(viewer: Viewer | None, contest: Contest, now: datetime) -> bool:
    """Whether any of the contest's problems are for them to see; which, ``web/visible.py`` tells."""
    return is_setter(viewer) or may_see_every_problem(viewer, contest, now)


def may_see_every_problem(viewer: Viewer | None, contest: Contest, now: datetime) -> bool:
    """Whether they see all problems of the contest; before it starts setters see those that they were given."""
    return is_judge(viewer, contest.id) or contest.has_started(now)


def submissions_seen(viewer: Viewer | None, contest_id: int | None) -> Seen:
    """Whose submissions to that contest they see; None: to every contest."""
    if is_judge(viewer, contest_id):
        return Seen.ALL
    return Seen.GRANTED if is_setter(viewer) else Seen.OWN


def judges(viewer: Viewer | None, submission: Summary | Tryout) -> bool:
    """Whether they see that submission as its judges do."""
    return is_judge(viewer, submission.contest_id, submission.granted)


def may_see_submission(viewer: Viewer, submission: Summary | Tryout) -> bool:
    return judges(viewer, submission) or viewer.id == submission.user_id


def why_not_submit(viewer: Viewer | None, contest: Contest, now: datetime) -> str | None:
    """What stands in the way of submitting, for showing; None where nothing does."""
    if viewer is None:
        return gettext("Log in to submit.")
    if is_setter(viewer):
        return None
    if is_judge(viewer, contest.id):
        return gettext("You see what the jury of this contest sees, and do not compete in it.")
    if not contest.has_started(now):
        return gettext("The contest has not started yet.")
    if contest.has_ended(now):
        return gettext("The contest is over; submissions are no longer taken.")
    return None


def why_not_try(problem: ContestProblem, language: str) -> str | None:
    """What stands in the way of running a program on an input of one's own, for showing; None where nothing does.

    Its output is shown, and it can print whatever it was compiled beside.
    """
    if problem.is_submit_answer:
        return gettext("This problem takes no programs; there is nothing to run.")
    if problem.adds_secrets(language):
        return gettext(
            "In this language, programs are compiled with files of this problem that are kept secret."
            " They could print them, so they are not run on an input of your own."
        )
    return None


def why_not_ask(viewer: Viewer, contest: Contest, now: datetime) -> str | None:
    """What stands in the way of asking the jury, for showing; None where nothing does."""
    if is_jury(viewer, contest.id):
        return None
    if is_judge(viewer, contest.id):
        return gettext("You observe this contest; questions are contestants', and answers the jury's.")
    if contest.has_ended(now):
        return gettext("The contest is over; the jury takes no more questions here.")
    return None


def feedback(viewer: Viewer | None, submission: Summary) -> Feedback:
    """How much they see of what became of a submission that they may see."""
    return Feedback.FULL if judges(viewer, submission) else submission.feedback


def feedback_in(viewer: Viewer | None, contest: Contest) -> Feedback:
    """How much they see of what became of all submissions that they may see, of a contest."""
    return Feedback.FULL if is_judge(viewer, contest.id) else contest.feedback


def sees_frozen(viewer: Viewer | None, contest_id: int) -> bool:
    """Whether the contest's scoreboard keeps nothing from them while it is frozen."""
    return is_judge(viewer, contest_id)


def _required(known: Viewer, *, is_allowed: bool) -> Viewer:
    """Them, where they are allowed; to all others the page is not there."""
    if not is_allowed:
        raise NotFound(gettext("There is no such page."))
    return known
