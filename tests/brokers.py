"""Real brokers for tests: Redis and RabbitMQ from Debian, each on a port and in a folder of its own."""

from __future__ import annotations

import secrets
import socket
import subprocess
from abc import abstractmethod
from pathlib import Path

from kombu import Connection, Producer

from tests.servers import Server, free_port

_RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"


class Broker(Server):
    """A broker, which is up once it talks its own protocol."""

    @property
    @abstractmethod
    def url(self) -> str:
        """What JUDGE_BROKER_URL is set to."""


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


def _says(port: int, greeting: bytes) -> bytes:
    """What a server answers to a greeting; nothing where there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            client.sendall(greeting)
            return client.recv(64)
    except OSError:
        return b""
