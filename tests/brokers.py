"""Real brokers for tests: Redis and RabbitMQ from Debian, each on a port and in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from kombu import Connection, Producer

_DEADLINE_S = 90.0
_RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"


class Broker(ABC):
    """A broker that can be stopped, killed and started again on the same port with the same data."""

    name: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """What JUDGE_BROKER_URL is set to."""

    @abstractmethod
    def command(self) -> list[str]:
        """What runs it in the foreground."""

    @abstractmethod
    def is_up(self) -> bool:
        """Whether it talks its own protocol."""

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def start(self) -> None:
        """Run it, and wait until clients can be served."""
        with (self.folder / "log").open("ab") as log:
            # In a session of its own: what it starts dies with its group.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *self.command()],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _DEADLINE_S
        while not self.is_up():
            said = (self.folder / "log").read_text(errors="replace")[-4000:]
            assert self.process.poll() is None, f"{self.name} ended: {said}"
            assert time.monotonic() < deadline, f"{self.name} does not start: {said}"
            time.sleep(0.05)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, or kill it with SIGKILL, and wait until it is gone."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        # Whatever it started, whether it has ended itself by now or not.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)

    def pause(self) -> None:
        """Let it hang, as a machine that swaps does."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT)

    def close(self) -> None:
        self.end(signal.SIGKILL)


class Redis(Broker):
    name = "redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = {"bind": "127.0.0.1", "port": str(self.port), "dir": str(self.folder), "appendonly": "yes"}
        return ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", value))]

    def is_up(self) -> bool:
        return _says(self.port, b"PING\r\n").startswith(b"+PONG")


class RabbitMQ(Broker):
    name = "rabbitmq"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._epmd_port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self._dist_port = free_port()
        cookie = folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)
        (folder / "plugins").write_text("[].\n")

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> list[str]:
        return [_RABBITMQ]

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODENAME": f"judge{self.port}@localhost",
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            # Schedulers that spin while they wait would disturb what is measured.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none +S 1:1",
        }

    def start(self) -> None:
        if self._epmd is None:
            self._epmd = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", "epmd", "-port", str(self._epmd_port)],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        super().start()

    def close(self) -> None:
        super().close()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait(30)

    def is_up(self) -> bool:
        return _says(self.port, b"AMQP\x00\x00\x09\x01").startswith(b"\x01\x00\x00")


BROKERS = {kind.name: kind for kind in (Redis, RabbitMQ)}


@contextlib.contextmanager
def running(kind: type[Broker], folder: Path) -> Iterator[Broker]:
    """A broker of that kind in a new folder, gone afterwards with everything it started."""
    broker = kind(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


def publish(url: str, queue: str, body: bytes, *, content_type: str, headers: dict[str, object]) -> None:
    """Put any message into a queue, as whoever has the broker's password can."""
    with Connection(url) as connection:
        Producer(connection.channel()).publish(
            body,
            routing_key=queue,
            exchange=queue,
            content_type=content_type,
            content_encoding="utf-8",
            headers=headers,
        )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _says(port: int, greeting: bytes) -> bytes:
    """What a server answers to a greeting; nothing where there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            client.sendall(greeting)
            return client.recv(64)
    except OSError:
        return b""
