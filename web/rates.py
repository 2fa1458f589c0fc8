"""How often somebody may try what is dear or dangerous, counted in the database that all web processes share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from judge.errors import UsageError
from judge.store import throttles
from judge.store.pool import Connection
from judge.store.throttles import Limit
from web.translating import N_, gettext, ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Limit):
    """How often somebody may try something."""

    #: What is said of one too many, where there is more to say than that.
    words: str = ""


#: Stops guessing one account's password. Others can still log in from the same address: a school has only one.
LOGIN = Rate(name="login", tries=10, window=timedelta(minutes=5))
#: Of tries from where no right password of the account ever came, over all addresses: beyond that they are slowed down.
LOGIN_ELSEWHERE = Rate(name="login-elsewhere", tries=40, window=timedelta(hours=1))
#: How slow, for each address: so that guessing from many keeps nobody out, not even at a computer that is new.
LOGIN_SLOWLY = Rate(
    name="login-slowly",
    tries=3,
    window=timedelta(hours=1),
    words=N_(
        "Too many tries to log in to this account. Log in where you have logged in before, ask the organisers, "
        "or try again in an hour."
    ),
)
#: Stops trying one password on many accounts, and sparing the processor: a classroom's worth of mistakes.
LOGIN_ADDRESS = Rate(name="login-address", tries=300, window=timedelta(minutes=5))
REGISTER = Rate(name="register", tries=100, window=timedelta(hours=1))
#: Each opened login form without a session is a row in the database.
ANONYMOUS_SESSION = Rate(name="session", tries=600, window=timedelta(minutes=5))
#: A million codes, of which three are right at a time.
CODE = Rate(name="code", tries=10, window=timedelta(hours=1))
#: Each is a source in the database, sent by nobody who is known: a classroom whose sessions end at the same time.
KEEP = Rate(name="keep", tries=100, window=timedelta(minutes=10))
#: Each takes a slot for as long as a submission's slowest test.
TRY = Rate(name="try", tries=6, window=timedelta(minutes=1))
CHANGE_PASSWORD = Rate(name="password", tries=10, window=timedelta(minutes=15))
#: More than anybody can read the answers of.
ASK = Rate(name="ask", tries=10, window=timedelta(minutes=10))

LONGEST_WINDOW = timedelta(hours=1)


class TooOften(UsageError):
    """Tried more often than is allowed."""

    def __init__(self, rate: Rate) -> None:
        self.retry_after_s = int(rate.window.total_seconds())
        minutes = self.retry_after_s // 60
        super().__init__(
            gettext(rate.words)
            if rate.words
            else ngettext(
                "Too many tries. Wait a minute, then try again.",
                "Too many tries. Wait %(num)s minutes, then try again.",
                minutes,
            )
        )


def submitting(per_minute: int) -> Rate:
    """The rate of submitting, from the settings."""
    return Rate(name="submit", tries=per_minute, window=timedelta(minutes=1))


async def count(connection: Connection, rate: Rate, key: str) -> None:
    """Count one try.

    Raises:
        TooOften: it is one too many. It still counts: whoever goes on trying goes on waiting.
    """
    if await throttles.hit(connection, f"{rate.name}:{key}", window=rate.window) > rate.tries:
        raise TooOften(rate)
