"""Maintenance: while it lasts the site is for reading only, and nothing is claimed."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    execute_beside(__file__)
