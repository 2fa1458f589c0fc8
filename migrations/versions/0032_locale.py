"""The language of pages goes with the account."""

from __future__ import annotations

from migrations.sql import execute_beside

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    execute_beside(__file__)
