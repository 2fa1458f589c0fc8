"""The description of the interface for programs is true: of every route, and of what they answer to anything."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from requests.auth import HTTPBasicAuth
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from judge.config import Settings
from tests.furnished import furnish
from tests.website import PASSWORD, Site
from web.app import make_app
from web.views.openapi import description

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
EXAMPLES = 15


def test_every_route_is_described() -> None:
    """Whoever adds an address for programs describes it, and what is described is there."""
    routes = make_app(Settings(), "postgresql://nowhere").router.routes()
    known = {
        (route.method.lower(), route.resource.canonical)
        for route in routes
        if route.resource and route.resource.canonical.startswith("/api/") and route.method != "HEAD"
    }
    described = {
        (method, path) for path, item in description()["paths"].items() for method in item if method in ("get", "post")
    }
    assert described == known


@pytest.mark.timeout(280)
@pytest.mark.parametrize("login", ["ada", "setter", "root"])
async def test_answers_are_as_described(site: Site, login: str) -> None:
    """Whatever a program sends, by the description or against it, the answer is one that is described."""
    await furnish(site, lambda place: place)
    described = await site.visitor().get("/api/openapi.json")
    schema = schemathesis.openapi.from_dict(described.json)
    address = str(site.server.make_url("/")).rstrip("/")

    await asyncio.to_thread(_ask_all, schema, address, login)


def _ask_all(schema: schemathesis.BaseSchema, address: str, login: str) -> None:
    asked = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path.endswith("/events"):
            # Of a submission that waits it does not end.
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case[Any]) -> None:
            response = case.call(base_url=address, auth=HTTPBasicAuth(login, PASSWORD))
            case.validate_response(response, checks=CHECKS)

        ask()
        asked += 1
    paths = description()["paths"].items()
    assert asked == sum(len(set(item) & {"get", "post"}) for path, item in paths if not path.endswith("/events"))
