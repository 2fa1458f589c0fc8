"""Problems with groups, scores and programs of their own; uploads that are verified before they go live."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    execute_beside(__file__)
