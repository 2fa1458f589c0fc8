"""Canaries: what known programs say of each judgehost; and judgehosts that an admin takes out of service."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    execute_beside(__file__)
