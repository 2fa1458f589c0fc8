"""Run a revision's SQL: a script of many statements, as it stands."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def execute_beside(module_file: str) -> None:
    """Execute the ``.sql`` file of the same name as a revision's module, within the migration's transaction."""
    script = Path(module_file).with_suffix(".sql").read_text()
    connection = op.get_bind().connection.dbapi_connection
    if connection is None:
        raise RuntimeError("migrations do not run offline")
    # Postgres splits the script itself. SQLAlchemy would prepare it, and a prepared statement is a single one.
    connection.run_async(lambda driver: driver.execute(script))
