"""Settings, read once at start from ``judge.toml`` and ``JUDGE_*`` environment variables (the environment wins)."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from judge.errors import UsageError

#: Others take minutes and some hundred megabytes each, which nobody should pay who does not need them.
DEFAULT_LANGUAGES = ("c", "cpp17", "cpp20", "cpp23", "java", "python3", "javascript")


class Isolation(StrEnum):
    """How strong the walls around a submission are (DESIGN: two walls)."""

    LOCAL = "local"  # the box alone, over the host's own /usr: for one's own code
    CONTAINER = "container"  # a Docker container around the box
    GVISOR = "gvisor"  # the same with gVisor's kernel, in user space, between it and the host's
    VM = "vm"  # the same in a virtual machine, by a Kata runtime


def _is_past(moment: datetime) -> datetime:
    """Refuse what would mean other packages each day until then."""
    if moment > datetime.now(UTC):
        raise ValueError("that moment is still to come, so that nobody knows what Debian will have then")
    return moment


class Settings(BaseSettings):
    """Every setting, with the default that fits one machine."""

    model_config = SettingsConfigDict(env_prefix="JUDGE_", extra="forbid", toml_file="judge.toml")

    #: ``postgresql://…``; None starts the embedded PostgreSQL below ``data_dir``.
    database_url: str | None = None
    #: ``s3://bucket/prefix`` (or gs://, az://, file:///): where large blobs are kept; None keeps them in Postgres.
    blob_store: str | None = None
    #: Of an S3 store that is not Amazon's; what is not said here is taken from the usual ``AWS_*`` variables.
    blob_store_endpoint: str | None = None
    blob_store_region: str | None = None
    blob_store_access_key: str | None = None
    blob_store_secret_key: SecretStr | None = None
    #: Where everything that must survive a restart lives, and the caches beside it.
    data_dir: Path = Path("var")
    isolation: Isolation = Isolation.CONTAINER
    #: What Docker calls the runtimes of the two strongest levels.
    gvisor_runtime: str = "runsc"
    vm_runtime: str = "kata"
    #: What this judgehost is called, unlike any other that shares the database; None means the machine's host name.
    judgehost_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")] | None = None
    #: Runs at a time on this host; None means one for each physical core but one, and at least one.
    slots: Annotated[int, Field(ge=1, le=1024)] | None = None
    #: The pools whose contests this host judges; "default" is that of contests that name none.
    pools: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")], ...], Field(min_length=1)] = (
        "default",
    )
    #: The languages that submissions may be written in, as they are listed to contestants.
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = DEFAULT_LANGUAGES
    #: A folder of recipes beside the judge's own.
    languages_dir: Path | None = None
    #: Mirror for building images; None leaves the choice to mmdebstrap. With ``debian_snapshot``, an archive of days.
    debian_mirror: str | None = None
    #: Images are made of Debian's packages as they were then; None takes those of the day an image is built.
    debian_snapshot: Annotated[AwareDatetime, AfterValidator(_is_past)] | None = None
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=1, le=65535)] = 8080
    #: True where the site is reached through https: cookies are then marked Secure.
    web_https: bool = False
    #: Addresses of reverse proxies whose X-Forwarded-For is believed.
    web_trusted_proxies: tuple[str, ...] = ()
    #: Whether strangers may make themselves an account.
    registration_open: bool = True
    #: An OpenID provider where people may log in; its name for itself, an https:// address.
    oidc_issuer: str | None = None
    #: What it knows this site by; without a secret, by PKCE alone.
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    #: What people call it.
    oidc_name: str = "single sign-on"
    #: Whether whoever it knows, and who has no account here, is given one as a contestant.
    oidc_registration: bool = False
    #: Whose accounts have to log in in two steps, with a one-time code.
    two_step_roles: tuple[Literal["setter", "admin"], ...] = ()
    #: Upper bound for a submission whatever its problem allows.
    max_source_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024
    #: Upper bound for a problem package uploaded as a zip.
    max_package_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024 * 1024
    #: ``redis://…`` or ``amqp://…``; None or nothing: ``judge daemon`` judges on its own host.
    broker_url: str | None = None
    #: A judging not renewed for this long is taken from its judgehost.
    lease_s: Annotated[float, Field(gt=0)] = 6.0
    #: How long a worker that is told to end goes on with what it judges, before it gives that back.
    drain_s: Annotated[float, Field(ge=0)] = 60.0
    #: How often canaries are judged on each judgehost, beside its start; 0: never.
    canary_minutes: Annotated[float, Field(ge=0)] = 10.0
    #: Submissions that one account may make in a minute.
    submissions_per_minute: Annotated[int, Field(ge=1)] = 20

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def slot_count(self) -> int:
        return self.slots or max(1, len(physical_cores()) - 1)


def load() -> Settings:
    """The settings of this process.

    Raises:
        UsageError: a setting that cannot be understood, named, with what was expected.
    """
    _refuse_unknown(os.environ)
    try:
        settings = Settings()
    except SettingsError as error:
        raise UsageError(f'{error}; lists are written like ["10.0.0.1"]') from error
    except ValidationError as error:
        lines = [f"setting {'.'.join(map(str, e['loc'])) or '?'}: {e['msg']}" for e in error.errors()]
        raise UsageError("\n".join(lines)) from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{Settings.model_config['toml_file']}: {error}") from error
    said = set(settings.model_fields_set)
    absolute = settings.model_copy(update={"data_dir": settings.data_dir.absolute()})
    # Nobody has said what was only made absolute.
    absolute.model_fields_set.intersection_update(said)
    return absolute


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """A misspelt variable would leave a setting as it was without a word."""
    known = [f"JUDGE_{name.upper()}" for name in Settings.model_fields]
    for name in environment:
        if name.upper().startswith("JUDGE_") and name.upper() not in known:
            close = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
            raise UsageError(f"setting {name} is unknown; {hint}")


def physical_cores() -> tuple[int, ...]:
    """One logical CPU of each physical core this process may run on, lowest first.

    Runs are pinned to these, so that no two share a core's caches and execution units.
    """
    seen: set[str] = set()
    cores: list[int] = []
    for cpu in sorted(os.sched_getaffinity(0)):
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        siblings = topology.read_text().strip() if topology.exists() else str(cpu)
        if siblings not in seen:
            seen.add(siblings)
            cores.append(cpu)
    return tuple(cores)
