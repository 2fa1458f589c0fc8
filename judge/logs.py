"""Logs: for people on a terminal, one JSON object a line for everything else; always on standard error."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor


def set_up() -> None:
    """Configure structlog and the standard library's logging alike, for this process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    is_terminal = sys.stderr.isatty()
    # Tracebacks never show local variables: those hold passwords, DSNs and other people's sources.
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if is_terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # One line for each request would drown everything else; a reverse proxy keeps them better.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    # Two lines for each message would too.
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)
    # It tells of every connection; what was applied is said by whoever migrates.
    logging.getLogger("alembic").setLevel(logging.WARNING)
