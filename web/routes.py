"""Which address leads to which handler. Patterns are tight: handlers and queries see plain names and numbers."""

from __future__ import annotations

from aiohttp import web

from web import intake
from web.pages import STATIC
from web.views import (
    accounts,
    api,
    audit,
    clarifications,
    contest_admin,
    contests,
    downloads,
    health,
    judgehosts,
    languages,
    locales,
    metrics,
    overrides,
    overview,
    own_sessions,
    packages,
    problems,
    queue,
    rejudging_api,
    rejudgings,
    rosters,
    security,
    sharing,
    standings,
    submissions,
    submitting,
    testcases,
    tokens,
    two_step,
    users,
    versions,
)

_CONTEST = "/contests/{contest:[a-z0-9][a-z0-9_-]{0,63}}"
_PROBLEM = _CONTEST + "/problems/{label:[A-Za-z0-9_-]{1,16}}"
_NAMED = "/{problem:[a-z0-9][a-z0-9_-]{0,63}}"
_VERSIONS = _NAMED + "/versions"
_VERSION = _VERSIONS + "/{version:[0-9]{1,18}}"
_SUBMISSION = "/submissions/{submission:[0-9]{1,18}}"
_REJUDGING = "/rejudgings/{rejudging:[0-9]{1,18}}"


def set_up(app: web.Application) -> None:
    """Give the application its routes."""
    intake.set_up(app)
    app.router.add_routes(
        [
            web.get("/", contests.index),
            web.get(_CONTEST, contests.show),
            web.get(_CONTEST + "/standings", standings.show),
            web.get(_CONTEST + "/standings.{file:csv|json}", standings.download),
            web.get(_CONTEST + "/standings/events", standings.follow, allow_head=False),
            web.get(_CONTEST + "/submissions", submissions.index),
            web.get(_CONTEST + "/clarifications", clarifications.index),
            web.post(_CONTEST + "/clarifications", clarifications.write),
            web.post(_CONTEST + "/clarifications/{clarification:[0-9]{1,18}}", clarifications.answer),
            web.get("/problems", problems.index),
            web.get("/languages", languages.index),
            web.get("/locale/{locale:[a-z]{2}}", locales.choose),
            web.get(_PROBLEM, problems.show),
            web.post(_PROBLEM, submitting.submit),
            web.get(
                _PROBLEM + "/statements/{language:[A-Za-z-]{1,16}}.{format:tex|pdf|html|txt|md}",
                problems.statement_file,
            ),
            web.get(_PROBLEM + "/samples/{ordinal:[1-9][0-9]{0,3}}.{kind:in|ans|interaction}", problems.sample_file),
            web.get(_PROBLEM + "/samples.zip", problems.samples_zip),
            web.get(
                _PROBLEM + "/pictures/{language:[A-Za-z-]{1,16}}.{format:[a-z]{1,8}}/{name:.{1,300}}", downloads.picture
            ),
            web.get(_PROBLEM + "/attachments/{name:.{1,300}}", downloads.attachment),
            web.get("/packages", versions.index),
            web.get("/packages/upload", packages.upload_form),
            web.post("/packages/upload", packages.upload),
            web.get("/packages" + _VERSIONS, versions.of_problem),
            web.post("/packages" + _NAMED + "/setters", sharing.share),
            web.post("/packages" + _NAMED + "/contests", sharing.add_to_contest),
            web.get("/packages" + _VERSION, versions.show),
            web.post("/packages" + _VERSION, versions.decide),
            web.get("/packages" + _VERSION + "/events", versions.follow, allow_head=False),
            web.get("/packages" + _VERSION + "/submission", versions.jury_submission),
            web.get("/packages" + _VERSION + "/tests", testcases.index),
            web.get("/packages" + _VERSION + "/tests/{ordinal:[1-9][0-9]{0,8}}", testcases.show),
            web.get("/packages" + _VERSION + "/tests/{ordinal:[1-9][0-9]{0,8}}.{kind:in|ans}", testcases.file),
            web.get("/packages" + _VERSION + ".zip", versions.package),
            web.post("/api/problems", api.upload),
            web.get("/api/problems" + _VERSIONS, api.index),
            web.get("/api/problems" + _VERSION, api.show),
            web.post("/api/problems" + _VERSION + "/live", api.make_live),
            web.get(_SUBMISSION, submissions.show),
            web.get(_SUBMISSION + "/files/{number:[1-9][0-9]?}", submissions.file),
            web.get("/api" + _SUBMISSION, submissions.described),
            web.post(_SUBMISSION + "/verdict", overrides.override),
            web.post("/api" + _SUBMISSION + "/verdict", rejudging_api.override),
            web.get("/admin", overview.show),
            web.get("/admin/contests", contest_admin.index),
            web.post("/admin/contests", contest_admin.create),
            web.get("/admin" + _CONTEST, contest_admin.show),
            web.post("/admin" + _CONTEST, contest_admin.change),
            web.get("/admin/rejudgings", rejudgings.index),
            web.post("/admin/rejudgings", rejudgings.create),
            web.get("/admin/rejudgings/new", rejudgings.form),
            web.get("/admin" + _REJUDGING, rejudgings.show),
            web.post("/admin" + _REJUDGING, rejudgings.decide),
            web.get("/admin" + _REJUDGING + _SUBMISSION, rejudgings.compare),
            web.get("/api/rejudgings", rejudging_api.index),
            web.post("/api/rejudgings", rejudging_api.create),
            web.get("/api" + _REJUDGING, rejudging_api.show),
            web.post("/api" + _REJUDGING + "/{decision:apply|undo|cancel}", rejudging_api.decide),
            web.get(_SUBMISSION + "/events", submissions.follow, allow_head=False),
            web.get("/register", accounts.register_form),
            web.post("/register", accounts.register),
            web.get("/login", accounts.login_form),
            web.post("/login", accounts.login),
            web.get("/login/code", two_step.code_form),
            web.post("/login/code", two_step.log_in),
            web.post("/logout", accounts.logout),
            web.get("/account", accounts.account_form),
            web.post("/account", accounts.change_password),
            web.get("/account/two-step", two_step.show),
            web.post("/account/two-step", two_step.change),
            web.get("/account/sessions", own_sessions.index),
            web.post("/account/sessions", own_sessions.end),
            web.get("/account/tokens", tokens.index),
            web.post("/account/tokens", tokens.change),
            web.get("/admin/audit", audit.index),
            web.get("/admin/users", users.index),
            web.post("/admin/users", users.change_many),
            web.get("/admin/users/import", rosters.form),
            web.post("/admin/users/import", rosters.make),
            web.get("/admin/users/{account:[0-9]{1,18}}", users.show),
            web.post("/admin/users/{account:[0-9]{1,18}}", users.change),
            web.get("/admin/security", security.index),
            web.post("/admin/security", security.acknowledge),
            web.get("/admin/queue", queue.show),
            web.post("/admin/queue", queue.change),
            web.get("/api/queue", queue.described),
            web.post("/api/queue", queue.change_by_program),
            web.get("/admin/judgehosts", judgehosts.index),
            web.post("/admin/judgehosts/{judgehost:[0-9]{1,18}}", judgehosts.change),
            web.get("/metrics", metrics.metrics),
            web.get("/healthz", health.healthz),
            web.static("/static", STATIC),
        ]
    )
