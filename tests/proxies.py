"""nginx and Caddy from Debian, each as the files of ``deploy/proxy`` set it up, in front of a web server under test.

Only what an operator has to change is changed: the certificate and the addresses. The site keeps its name; what stands
for its ports 80 and 443 is known to those who look its name up here.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from aiohttp import AddrInfoType, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from tests.servers import Server, accepts, free_port

SITE = "judge.example.org"
_SHIPPED = Path(__file__).parents[1] / "deploy" / "proxy"
_NGINX_CONF = Path("/etc/nginx/nginx.conf")


class Proxy(Server):
    """A reverse proxy that has a certificate for the site."""

    package: ClassVar[str]

    def __init__(self, folder: Path, web_port: int) -> None:
        super().__init__(folder)
        self.http_port = free_port()
        self.certificate, self._key = _certified(folder)
        self._web_port = web_port
        self._connections: list[socket.socket] = []

    @classmethod
    @abstractmethod
    def is_installed(cls) -> bool:
        """Whether this machine has it."""

    def is_up(self) -> bool:
        return accepts(self.port) and accepts(self.http_port)

    def connector(self, address: str) -> TCPConnector:
        """Connections to the site, made from that address."""
        context = ssl.create_default_context(cafile=self.certificate)
        names = _Names({80: self.http_port, 443: self.port})
        return TCPConnector(resolver=names, ssl=context, local_addr=(address, 0), socket_factory=self._connection)

    async def let_go(self) -> None:
        """Wait until all those connections are closed: both sides of TLS have to say so."""
        while any(connection.fileno() != -1 for connection in self._connections):
            await asyncio.sleep(0.01)

    def _connection(self, address: AddrInfoType) -> socket.socket:
        family, kind, protocol, *_ = address
        self._connections.append(socket.socket(family, kind, protocol))
        return self._connections[-1]


class Nginx(Proxy):
    """As Debian sets it up, with the shipped site."""

    name = "nginx"
    package = "nginx-light"

    @classmethod
    def is_installed(cls) -> bool:
        return shutil.which("nginx", path="/usr/sbin:/usr/bin") is not None and _NGINX_CONF.exists()

    def command(self) -> list[str]:
        whole, site = self.folder / "nginx.conf", self.folder / "site"
        own = f"client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; include {site};"
        _changed(
            _NGINX_CONF,
            whole,
            {
                "pid /run/nginx.pid;": f"pid {self.folder}/pid;",
                "/var/log/nginx/error.log": "stderr",
                "/var/log/nginx/access.log": str(self.folder / "access.log"),
                "include /etc/nginx/sites-enabled/*;": own,
            },
        )
        live = f"/etc/letsencrypt/live/{SITE}"
        _changed(
            _SHIPPED / "nginx.conf",
            site,
            {
                "listen 80;": f"listen 127.0.0.1:{self.http_port};",
                "listen 443 ": f"listen 127.0.0.1:{self.port} ",
                "listen [::]:80;": "",
                "listen [::]:443 ssl http2;": "",
                f"{live}/fullchain.pem": str(self.certificate),
                f"{live}/privkey.pem": str(self._key),
                "server 127.0.0.1:8080;": f"server 127.0.0.1:{self._web_port};",
            },
        )
        return ["/usr/sbin/nginx", "-c", str(whole), "-g", "daemon off;"]


class Caddy(Proxy):
    """With the shipped file, and a certificate that nobody has to be asked for."""

    name = "caddy"
    package = "caddy"

    @classmethod
    def is_installed(cls) -> bool:
        return shutil.which("caddy") is not None

    def command(self) -> list[str]:
        made = self.folder / "Caddyfile"
        ports = f"http_port {self.http_port}\nhttps_port {self.port}\ndefault_bind 127.0.0.1\nadmin off\n"
        _changed(
            _SHIPPED / "Caddyfile",
            made,
            {
                f"\n{SITE} {{\n": f"\n{{\n{ports}}}\n{SITE} {{\ntls {self.certificate} {self._key}\n",
                "127.0.0.1:8080": f"127.0.0.1:{self._web_port}",
            },
        )
        return ["caddy", "run", "--adapter", "caddyfile", "--config", str(made)]


PROXIES: tuple[type[Proxy], ...] = (Nginx, Caddy)


class Entrance(TestServer):
    """What visitors take for the server: the site, by its public name."""

    def __init__(self) -> None:
        super().__init__(web.Application())
        self._root = URL(f"https://{SITE}/")


class _Names(AbstractResolver):
    """Knows one name, and which ports stand for those that everybody can bind only once."""

    def __init__(self, ports: dict[int, int]) -> None:
        self._ports = ports

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        assert host == SITE
        found = ResolveResult(hostname=host, host="127.0.0.1", port=self._ports[port], family=family, proto=0, flags=0)
        return [found]

    async def close(self) -> None:
        pass


def _changed(shipped: Path, made: Path, changes: dict[str, str]) -> None:
    """A copy with some words changed, all of which have to be there."""
    text = shipped.read_text()
    for old, new in changes.items():
        assert old in text, f"{shipped} has no {old!r}"
        text = text.replace(old, new)
    made.write_text(text)


def _certified(folder: Path) -> tuple[Path, Path]:
    """A certificate of the site's, signed by itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SITE)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SITE)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
