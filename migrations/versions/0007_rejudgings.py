"""Rejudgings, and verdicts that a person sets."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    execute_beside(__file__)
