"""Authenticators: a second step of logging in, by codes of a phone."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    execute_beside(__file__)
