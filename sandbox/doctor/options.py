"""What the Docker engine of this host was told, by its settings file and its command line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.doctor.tree import Tree

SETTINGS = "/etc/docker/daemon.json"

#: Names on the command line that the settings file calls otherwise.
_IN_FILE = {
    "H": "hosts",
    "host": "hosts",
    "l": "log-level",
    "D": "debug",
    "insecure-registry": "insecure-registries",
    "default-ulimit": "default-ulimits",
}
_WITHOUT_VALUE = frozenset(
    (
        "debug",
        "experimental",
        "tls",
        "tlsverify",
        "live-restore",
        "icc",
        "iptables",
        "userland-proxy",
        "selinux-enabled",
    )
) | {"no-new-privileges"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was set, by the names of the settings file; what was not is missing."""

    values: Mapping[str, tuple[str, ...]]
    #: Whether the engine's process was found on this host: what it was told is then known.
    is_seen: bool

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())

    def last(self, name: str) -> str | None:
        return self.values[name][-1] if self.values.get(name) else None

    def is_on(self, name: str, *, default: bool) -> bool:
        value = self.last(name)
        return default if value is None else value.lower() in {"true", "1", "t"}


def read(tree: Tree) -> Options:
    """What the engine of this host was told. Settings that cannot be read count as none, as they are not of ours."""
    values: dict[str, list[str]] = {}
    settings = tree.text(SETTINGS)
    for name, value in _from_settings(settings or ""):
        values.setdefault(name, []).append(value)
    argv = _argv(tree)
    for name, value in _from_arguments(argv or ()):
        values.setdefault(name, []).append(value)
    return Options(values={name: tuple(said) for name, said in values.items()}, is_seen=argv is not None)


def _from_settings(text: str) -> Iterator[tuple[str, str]]:
    try:
        document = json.loads(text)
    except ValueError:
        return
    for name, value in document.items() if isinstance(document, dict) else ():
        if isinstance(value, list | dict):
            yield from ((str(name), str(item)) for item in value)
        elif value not in ("", None):
            yield str(name), str(value)


def _from_arguments(arguments: Iterable[str]) -> Iterator[tuple[str, str]]:
    rest = iter(arguments)
    for word in rest:
        if not word.startswith("-"):
            continue
        name, has_value, value = word.lstrip("-").partition("=")
        name = _IN_FILE.get(name, name)
        if not has_value:
            value = "true" if name in _WITHOUT_VALUE else next(rest, "")
        if value:
            yield name, value


def _argv(tree: Tree) -> tuple[str, ...] | None:
    """The arguments of the host's ``dockerd``, which everybody may read."""
    for path in tree.glob("/proc/[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if Path(words[0]).name == "dockerd":
            return tuple(word for word in words[1:] if word)
    return None
