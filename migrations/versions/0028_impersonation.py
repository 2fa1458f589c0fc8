"""Admins who look at the site as a contestant."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    execute_beside(__file__)
