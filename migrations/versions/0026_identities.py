"""Identities at an OpenID provider, and logins that were begun there."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    execute_beside(__file__)
