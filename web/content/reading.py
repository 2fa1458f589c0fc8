"""What a problem's page shows of its statements and samples, and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from aiohttp import web

from judge.store.statements import Sample, Statement
from web.content.statements import pieces
from web.keys import RENDERER, SESSION, SETTINGS
from web.translating import COOKIE, gettext

#: The parameter of an address that chooses a language, and the cookie that keeps the choice.
CHOICE = "statement"
_CHOICE_KEPT_S = 365 * 24 * 3600

#: Formats that are made a page of, the best first.
_PAGES = ("md", "tex", "html", "txt")

#: What speakers of a language call it. Others are shown by their code.
_NAMES = {
    "cs": "čeština",
    "da": "dansk",
    "de": "Deutsch",
    "en": "English",
    "es": "español",
    "fi": "suomi",
    "fr": "français",
    "hu": "magyar",
    "is": "íslenska",
    "it": "italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "no": "norsk",
    "pl": "polski",
    "pt": "português",
    "pt-BR": "português do Brasil",
    "ro": "română",
    "ru": "русский",
    "sv": "svenska",
    "tr": "Türkçe",
    "uk": "українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The statement that this reader is shown, and what else there is."""

    #: None where there is none that can be made a page of.
    statement: Statement | None
    #: Codes and names of all languages that there are statements in.
    languages: tuple[tuple[str, str], ...]
    #: Which of them it is; empty where there is none at all.
    language: str
    #: Statements to download, those of the language first.
    files: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A statement as the page shows it."""

    #: HTML, and between it the samples that belong there, by index.
    pieces: tuple[str | range, ...]
    #: Why there is no page of the statement, for everybody.
    apology: str = ""
    #: What is not shown as it was meant, for judges.
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one side of a dialogue says before the other does."""

    #: "said" by the submission, "heard" by it, or "pass": here another pass begins.
    kind: str
    text: str = ""


def choose(request: web.Request, listed: Sequence[Statement]) -> Chosen:
    """The statement in the language that the reader asks for, asked for last, or speaks; else in English."""
    codes = tuple(dict.fromkeys(statement.language for statement in listed))
    language = next((code for code in (*_wished(request, codes), "en", *codes) if code in codes), "")
    of_language = [statement for statement in listed if statement.language == language]
    shown = next((it for form in _PAGES for it in of_language if it.format == form), None)
    others = [it for it in listed if it.language != language]
    return Chosen(
        statement=shown,
        languages=tuple((code, _NAMES.get(code, code)) for code in codes),
        language=language,
        files=tuple(it for it in (*of_language, *others) if it.format == "pdf"),
    )


def remember(request: web.Request, response: web.Response, chosen: Chosen) -> None:
    """Keep the choice of a reader who has just made one."""
    if request.query.get(CHOICE) == chosen.language != "":
        response.set_cookie(
            CHOICE,
            chosen.language,
            max_age=_CHOICE_KEPT_S,
            secure=request.app[SETTINGS].web_https,
            httponly=True,
            samesite="Lax",
        )


async def read(request: web.Request, chosen: Chosen, content: bytes, *, here: str, samples: int) -> Reading:
    """The statement with the samples where it wants them, and those that it wants nowhere behind it.

    Args:
        request: the reader's.
        chosen: what ``choose`` chose.
        content: of the chosen statement; anything where there is none.
        here: the address of the problem, below which its pictures are.
        samples: how many there are.
    """
    statement = chosen.statement
    if statement is None:
        return Reading(pieces=(range(samples),))
    pictures = f"{here}/pictures/{statement.language}.{statement.format}/"
    rendered = await request.app[RENDERER].statement(
        content.decode(errors="replace"),
        written_in=statement.format,
        language=statement.language,
        pictures={name: pictures + quote(name) for name in statement.pictures},
    )
    apology = "" if rendered.html else gettext("The statement cannot be shown as a page. Here it is as it was written:")
    return Reading(pieces=tuple(pieces(rendered.html, samples)), apology=apology, complaints=rendered.complaints)


def dialogue(sample: Sample) -> list[Turn]:
    """The turns of a sample's interaction; none where it has none."""
    return [
        Turn(kind=kind, text="\n".join(line.text for line in lines))
        for kind, lines in groupby(_said(sample.interaction or b""), key=lambda line: line.kind)
    ]


def _said(interaction: bytes) -> Iterator[Turn]:
    for line in interaction.decode(errors="replace").splitlines():
        if line.strip() == "---":
            yield Turn(kind="pass")
        elif line.startswith((">", "<")):
            yield Turn(kind="said" if line[0] == ">" else "heard", text=line[1:].removeprefix(" "))


def _wished(request: web.Request, codes: Sequence[str]) -> Iterator[str]:
    """Languages as wanted, the most first. What is no language of the problem's is skipped by whoever reads this."""
    yield request.query.get(CHOICE, "")
    yield request.cookies.get(CHOICE, "")
    yield request[SESSION].locale or request.cookies.get(COOKIE, "")
    for code in re.findall(r"[A-Za-z-]{2,16}", request.headers.get("Accept-Language", "")[:500]):
        yield code
        # Somebody who reads Portuguese reads that of Brazil too.
        yield next((known for known in codes if known.partition("-")[0] == code.partition("-")[0]), "")
