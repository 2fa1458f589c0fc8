"""Verifications tell pages that there is something new."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    execute_beside(__file__)
