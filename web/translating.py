"""The words of pages in the reader's language, by gettext: English in the sources, one catalogue for each other locale.

A request's locale is the one chosen on a page, which the account remembers, or a cookie where nobody is logged in, else
what the browser asks for, else English.
It is kept in a context variable, so that an error raised far down is already worded for whoever reads it. Programs, and
the command line, are answered in English.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import jinja2
from babel import Locale
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.numbers import get_decimal_symbol
from babel.support import NullTranslations, Translations
from markupsafe import Markup

from judge.errors import JudgeError

CATALOGUES = Path(__file__).parent / "locales"
DOMAIN = "judge"
DEFAULT = "en"
#: Each locale there is, by the name that its readers call it.
LOCALES = {
    DEFAULT: "English",
    **{
        folder.name: Locale.parse(folder.name).get_display_name() or folder.name
        for folder in sorted(CATALOGUES.glob("[a-z][a-z]"))
    },
}

#: Where the browser keeps its reader's choice.
COOKIE = "locale"

#: Nobody reads more languages than that.
_MOST_ASKED = 20
_WEIGHT = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*")

_current: ContextVar[str] = ContextVar("locale", default=DEFAULT)


def set_up(environment: jinja2.Environment) -> None:
    """Give templates ``_``, ``ngettext`` and ``{% trans %}``."""
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # The extension brings it.
        lambda text: _catalogue().gettext(text),
        lambda one, many, number: _catalogue().ngettext(one, many, number),
        newstyle=True,
    )
    # In place of the extension's own, which take ten times as long: a scoreboard says the same word thousands of times.
    environment.globals["gettext"] = environment.globals["_"] = _markup
    # Now, and not while somebody waits for the first page.
    for locale in LOCALES:
        _loaded(locale)


def use(locale: str) -> None:
    """Word everything that this request leads to in that locale."""
    _current.set(locale)


def current() -> str:
    """The locale of the request that is being answered, as a language tag."""
    return _current.get()


def chosen(cookies: Mapping[str, str]) -> str | None:
    """The locale that was chosen in the browser with these cookies, if one was."""
    locale = cookies.get(COOKIE, "")
    return locale if locale in LOCALES else None


def asked_for(header: str) -> str:
    """The locale of ours that an ``Accept-Language`` header likes best; of those it likes alike, the first."""
    best, best_weight = DEFAULT, 0.0
    for part in header.split(",")[:_MOST_ASKED]:
        tag, semicolon, parameter = part.partition(";")
        named = tag.strip().partition("-")[0].lower()
        weight = _WEIGHT.fullmatch(parameter)
        liked = float(weight[1]) if weight else 0.0 if semicolon else 1.0
        if named in LOCALES and liked > best_weight:
            best, best_weight = named, liked
    return best


def gettext(message: str, /, **values: object) -> str:
    """A text in the reader's language, its ``%(name)s`` replaced by the values."""
    return _catalogue().gettext(message) % values


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The text for that number, which replaces ``%(num)s``."""
    return _catalogue().ngettext(one, many, number) % {"num": number, **values}


def of_error(error: JudgeError) -> str:
    """What is wrong; errors of this layer are worded already, and those from below by their values."""
    said = words(error.message)
    return said % error.values if error.values else said


def words(text: str) -> str:
    """A text that was put together elsewhere, in the reader's language where it is known, else as it is."""
    return _catalogue().gettext(text) if text else ""


def N_(message: str) -> str:  # noqa: N802 - that is how gettext's tools know it
    """Mark a text that is kept in English and translated where it is shown."""
    return message


def decimal(value: float, digits: int) -> str:
    """A number with so many digits behind the decimal sign."""
    return _sign(f"{value:.{digits}f}")


def shortest(value: float) -> str:
    """A number with as many digits as it needs, at most six."""
    return _sign(f"{value:g}")


def for_scripts() -> dict[str, str]:
    """What scripts say, by its English: empty in English."""
    return _loaded(current()).of_scripts


def catalogue(locale: str) -> Catalog:
    """A locale's catalogue as it is written."""
    path = CATALOGUES / locale / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return pofile.read_po(file, locale=locale, domain=DOMAIN)


def _markup(message: str, /, **values: object) -> Markup:
    """A text of a template, where the texts are markup and the values are not."""
    return _fixed(current(), message) if not values else _with_values(current(), message) % values


@lru_cache(maxsize=4096)
def _fixed(locale: str, message: str) -> Markup:
    return _with_values(locale, message) % ()


@lru_cache(maxsize=4096)
def _with_values(locale: str, message: str) -> Markup:
    return Markup(_loaded(locale).translations.gettext(message))  # noqa: S704 - a text of our own.


def _catalogue() -> NullTranslations:
    return _loaded(current()).translations


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A locale as it is used."""

    translations: NullTranslations
    of_scripts: dict[str, str]


@cache
def _loaded(locale: str) -> _Loaded:
    """Compiled here, so that no built file can be older than its source."""
    if locale == DEFAULT:
        return _Loaded(translations=NullTranslations(), of_scripts={})
    source, compiled = catalogue(locale), io.BytesIO()
    mofile.write_mo(compiled, source)
    compiled.seek(0)
    of_scripts = {
        str(message.id): str(message.string)
        for message in source
        if message.string and any(Path(file).suffix == ".js" for file, _ in message.locations)
    }
    return _Loaded(translations=Translations(compiled, domain=DOMAIN), of_scripts=of_scripts)


def _sign(english: str) -> str:
    return english.replace(".", get_decimal_symbol(current()))
