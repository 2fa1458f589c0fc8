"""Messages to judgehosts through Celery, with Redis or RabbitMQ: the only module that knows either.

Every judgehost has a queue of its own. A message says which attempt of which judging the host was given in Postgres,
and nothing else: it is believed only where Postgres says the same, so that one that is lost, late, repeated or made up
changes nothing. Postgres then gives the judging to somebody else when the lease runs out.

Both halves have a thread of their own, since Celery blocks: ``Sender`` in a dispatcher, ``Receiver`` on a judgehost.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeGuard
from urllib.parse import urlsplit

import structlog
from celery import Celery, bootsteps
from celery.worker import WorkController
from celery.worker import state as celery_state
from celery.worker.consumer import Consumer
from kombu import Connection, Exchange, Queue

from judge.errors import BrokerError, UsageError

log = structlog.get_logger()

#: What a broker's address may begin with.
SCHEMES = ("redis", "rediss", "redis+socket", "amqp", "amqps")
#: A message that is longer is not one of ours; it is dropped unread.
MOST_BYTES = 4096
_TASK = "judge"
#: How long the broker may take to answer before it counts as away.
_TIMEOUT_S = 3.0
#: How long a judging may take; RabbitMQ waits half an hour for a message to be acknowledged.
MOST_JUDGING_S = 25 * 60
_STOP_S = 5.0
#: What Postgres has room for.
_MOST_ID, _MOST_ATTEMPT = 2**63 - 1, 2**31 - 1
#: How often a connection that says nothing is spoken to.
_CHECK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What was sent: unproven until Postgres says so."""

    judging_id: int
    attempt: int


Judge = Callable[[Message], Coroutine[Any, Any, None]]


def check_url(url: str) -> None:
    """Refuse an address that no broker can have.

    Raises:
        UsageError: with what is expected.
    """
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname or parts.path.strip("/")) and (parts.port or 1) > 0
    except ValueError as error:
        raise UsageError(f"setting broker_url: {error}") from error
    if parts.scheme not in SCHEMES:
        raise UsageError(
            f"setting broker_url: {parts.scheme or 'nothing'} is no broker; write redis://HOST:PORT/0"
            " or amqp://USER:PASSWORD@HOST:PORT/VHOST (rediss and amqps are the same through TLS)"
        )
    if not has_place:
        raise UsageError("setting broker_url: it names no host")


def queue_name(judgehost: str) -> str:
    """The queue of a judgehost: a name that every broker takes, and that no other judgehost has."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", judgehost)[:100]
    if plain == judgehost:
        return f"judge.{plain}"
    return f"judge.{plain}.{hashlib.sha256(judgehost.encode()).hexdigest()[:12]}"


def _app(url: str) -> Celery:
    check_url(url)
    options: dict[str, Any] = {"socket_timeout": _TIMEOUT_S, "socket_connect_timeout": _TIMEOUT_S}
    if url.startswith("amqp"):
        # A message counts as sent once the broker has said so.
        options = {"confirm_publish": True, "read_timeout": _TIMEOUT_S, "write_timeout": _TIMEOUT_S}
    app = Celery(_TASK, broker=url, set_as_current=False)
    app.amqp.Connection = _Connection
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        # Not before the verdict is in Postgres: what dies with its worker is sent again, and refused if it is late.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=MOST_JUDGING_S,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_prefetch_count_reduction=False,
        broker_connection_timeout=_TIMEOUT_S,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=4,
        broker_transport_options=options,
    )
    return app


class _Connection(Connection):  # type: ignore[misc]
    """One that is tried again soon: Celery's own waits up to half a minute."""

    def ensure_connection(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        return super().ensure_connection(*arguments, **{"interval_start": _CHECK_S, "interval_step": 0} | options)


def _queue(name: str) -> Queue:
    return Queue(name, Exchange(name, type="direct"), routing_key=name, durable=True)


class Sender:
    """Sends to judgehosts, on a thread and a connection of its own."""

    def __init__(self, url: str) -> None:
        self._app = _app(url)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="broker")
        self._connection: Connection | None = None
        self._producer: Any = None
        self._declared: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                await self._call(self._disconnect)
        self._thread.shutdown(wait=False, cancel_futures=True)

    @property
    def address(self) -> str:
        """Where the broker is, without the password."""
        return str(self._app.connection_for_write().as_uri())

    async def check(self) -> None:
        """Make sure that the broker can be reached.

        Raises:
            BrokerError: it cannot.
        """
        await self._call(self._connect)

    async def send(self, judgehost: str, message: Message, *, expires_s: float) -> None:
        """Put a message into the judgehost's queue, possibly twice.

        Raises:
            BrokerError: the broker did not say that it took it.
        """
        await self._call(self._send, queue_name(judgehost), message, expires_s)

    async def _call(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        except CancelledError:
            raise
        except Exception as error:
            # A broker's client raises whatever its socket, its protocol or its server says.
            raise BrokerError(f"the broker at {self.address} fails: {error or type(error).__name__}") from error

    def _send(self, queue: str, message: Message, expires_s: float) -> None:
        is_old = self._connection is not None
        try:
            self._publish(queue, message, expires_s)
        except Exception:
            self._disconnect()
            if not is_old:
                raise
            # It may have been restarted since it was spoken to last.
            self._publish(queue, message, expires_s)

    def _publish(self, queue: str, message: Message, expires_s: float) -> None:
        self._connect()
        if queue not in self._declared:
            _queue(queue).bind(self._producer.channel).declare()
            self._declared.add(queue)
        self._app.send_task(
            _TASK,
            args=(message.judging_id, message.attempt),
            task_id=f"{message.judging_id}-{message.attempt}",
            queue=_queue(queue),
            producer=self._producer,
            # Counted by the broker, where it can. What Celery calls ``expires`` is a time of day, and a worker whose
            # clock is wrong would drop all that it is sent.
            expiration=expires_s,
            retry=False,
        )

    def _connect(self) -> None:
        if self._connection is not None:
            return
        connection = self._app.connection_for_write()
        try:
            connection.connect()
            connection.default_channel  # noqa: B018 - Redis is spoken to for the first time here.
            self._producer = self._app.amqp.Producer(connection, auto_declare=False)
        except Exception:
            connection.release()
            raise
        self._connection = connection

    def _disconnect(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        self._declared.clear()
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.collect(socket_timeout=_TIMEOUT_S)


class Receiver:
    """A Celery worker in a thread of its own, whose messages are judged in the event loop that made it."""

    def __init__(self, url: str, judgehost: str, *, slots: int, judge: Judge) -> None:
        self._loop = asyncio.get_running_loop()
        self._judge = judge
        self._is_connected = False
        self._judging: set[Future[None]] = set()
        app = _app(url)
        # Celery's threads look for it there.
        app.set_default()
        app.conf.task_queues = (_queue(queue_name(judgehost)),)
        app.task(self._on_message, name=_TASK, shared=False)
        app.steps["consumer"].add(self._step())
        self._worker = WorkController(
            app=app,
            hostname=f"judge@{queue_name(judgehost)}",
            pool_cls="threads",
            consumer_cls=_Consumer,
            concurrency=slots,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self.ended = asyncio.Event()
        self._thread = threading.Thread(target=self._work, name="celery", daemon=True)

    @property
    def is_listening(self) -> bool:
        """Whether messages arrive, as far as we know."""
        return self._is_connected and self._thread.is_alive()

    async def __aenter__(self) -> Self:
        # Of the whole process, as is everything that Celery's workers keep: an earlier one may have been stopped.
        celery_state.should_stop = None
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take no more messages; judgings go on, and messages that are not acknowledged by now are sent again."""
        celery_state.should_stop = 0
        for judging in list(self._judging):
            judging.cancel()
        if self._worker.consumer is not None and self._worker.consumer.hub is not None:
            self._worker.consumer.hub.call_soon(lambda: None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                await self.ended.wait()

    def _on_message(self, judging_id: object = None, attempt: object = None) -> None:
        """In one of Celery's threads: have it judged by the event loop, and wait for the end of that."""
        if not _is_count(judging_id, _MOST_ID) or not _is_count(attempt, _MOST_ATTEMPT):
            log.warning("dropped a message that is none of ours")
            return
        message = Message(judging_id=judging_id, attempt=attempt)
        judging = asyncio.run_coroutine_threadsafe(self._judge(message), self._loop)
        self._judging.add(judging)
        try:
            judging.result()
        except CancelledError:
            # The judgehost ends; what it held is given back in Postgres.
            return
        finally:
            self._judging.discard(judging)

    def _work(self) -> None:
        try:
            self._worker.start()
        finally:
            self._is_connected = False
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.ended.set)

    def _step(self) -> type[bootsteps.StartStopStep]:
        receiver = self

        class Connected(bootsteps.StartStopStep):  # type: ignore[misc]
            """Knows whether the consumer is connected."""

            requires = ("celery.worker.consumer.tasks:Tasks",)

            def start(self, parent: Any) -> None:  # noqa: ANN401
                del self
                channel = parent.connection.default_channel
                if hasattr(channel, "conn_or_acquire"):
                    # What has all the messages it may have asks Redis for nothing, and would not see it go away.
                    parent.hub.call_repeatedly(_CHECK_S, _ping, channel)
                receiver._is_connected = True

            def stop(self, parent: Any) -> None:  # noqa: ANN401
                del self, parent
                receiver._is_connected = False

            shutdown = terminate = stop

        return Connected


def _ping(channel: Any) -> None:  # noqa: ANN401
    """Have Redis answer, on another connection than that which waits for messages."""
    with channel.conn_or_acquire() as client:
        client.ping()


class _Consumer(Consumer):  # type: ignore[misc]
    """Celery's own, without messages that are too long to be ours."""

    def create_task_handler(self, *arguments: Any, **options: Any) -> Callable[[Any], None]:  # noqa: ANN401
        handle: Callable[[Any], None] = super().create_task_handler(*arguments, **options)

        def bounded(message: Any) -> None:  # noqa: ANN401
            if len(message.body) > MOST_BYTES:
                log.warning("dropped a message that is too long", bytes=len(message.body))
                message.ack()
                return
            handle(message)

        return bounded


def _is_count(value: object, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= most
