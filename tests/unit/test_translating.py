"""The words of pages: catalogues that are whole, templates that say nothing outside of them."""

from __future__ import annotations

import ast
import copy
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from judge.errors import UsageError
from web import translating

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "web/templates").glob("*.html"))
OTHERS = sorted(translating.LOCALES.keys() - {translating.DEFAULT})

#: Of these, errors go to programs and to whoever starts the server.
ERRORS_IN_ENGLISH = {"addresses.py", "oidc.py", "versions.py"}


def test_catalogues_have_the_texts_of_the_sources() -> None:
    """Extraction finds nothing that a catalogue lacks, and a catalogue has nothing that is said nowhere."""
    ran = subprocess.run(
        [sys.executable, "scripts/locales.py", "--check"], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("locale", OTHERS)
def test_everything_is_translated(locale: str) -> None:
    """Every text has words in every locale, in each plural, and the same values to fill in."""
    untranslated = [message.id for message in translating.catalogue(locale) if message.id and not all(_said(message))]
    misfilled = [message.id for message in translating.catalogue(locale) if message.id and not _fills_alike(message)]

    assert (untranslated, misfilled) == ([], [])


@pytest.mark.parametrize("locale", OTHERS)
def test_translations_are_no_markup(locale: str) -> None:
    """A translation brings no tag that the text does not have."""
    tags = re.compile(r"</?[a-z]+")
    odd = [
        message.id
        for message in translating.catalogue(locale)
        for said in _said(message)
        if message.id and not set(tags.findall(said)) <= set(tags.findall(_asked(message)[-1]))
    ]

    assert odd == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_say_nothing_untranslated(template: Path) -> None:
    """Whatever a reader reads of a template goes through gettext; what is no language is in ``<code>`` and the like."""
    assert list(_bare(template.read_text())) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_only_texts_of_templates_are_marked(template: Path) -> None:
    """What goes through gettext is markup, so that it must be written in the template and come from nobody else."""
    foreign = [
        call.lineno
        for call in _parsed(template.read_text()).find_all(nodes.Call)
        if (name := _name(call)) in _MARKED
        for text in call.args[: 2 if name == "ngettext" else 1]
        if not (isinstance(text, nodes.Const) and isinstance(text.value, str))
    ]

    assert foreign == []


def test_errors_say_nothing_untranslated() -> None:
    """What a page says of a form or an address goes through gettext too."""
    errors = {"LoginNeeded", "NotFound", "RejectedSource", "UsageError"}
    found = [
        f"{path.relative_to(ROOT)}: {ast.unparse(call.args[0])}"
        for path in sorted((ROOT / "web").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in errors and call.args
        if isinstance(call.args[0], ast.Constant | ast.JoinedStr) and path.name not in ERRORS_IN_ENGLISH
    ]

    assert found == []


def test_bare_text_is_found() -> None:
    """The check above sees text in elements, in attributes, in branches and among arguments."""
    found = _bare(
        """<p title="A title">Some text {{ 'Yes' if x else _('No') }} <code>code</code></p>{{ f('Two words') }}"""
    )

    assert list(found) == ["Two words", "A title", "Some text", "Yes"]


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,DE;q=0.5,en;q=0.4", "de"),
        ("de;q=0,en", "en"),
        ("de;q=0", "en"),
        ("de;q=x", "en"),
        ("sv, *;q=0.5", "en"),
    ],
)
def test_what_a_browser_asks_for(header: str, locale: str) -> None:
    """The locale it likes best of those there are; English where it likes none of them."""
    assert translating.asked_for(header) == locale


@given(st.text())
def test_any_header_gives_a_locale(header: str) -> None:
    """Whatever is sent, there is a locale to answer in."""
    assert translating.asked_for(header) in translating.LOCALES


def test_words_and_numbers_of_a_locale() -> None:
    """Texts, plurals and decimal signs follow the locale of the request."""
    translating.use("de")

    assert translating.gettext("%(score)s points", score=translating.shortest(2.5)) == "2,5 Punkte"
    assert translating.decimal(1234.5, 3) == "1234,500"
    assert translating.for_scripts()["Copied"] == "Kopiert"

    translating.use("en")

    assert translating.gettext("%(score)s points", score=translating.shortest(2.5)) == "2.5 points"
    assert translating.for_scripts() == {}


def test_errors_from_below_come_in_the_readers_language() -> None:
    """An error keeps its values, so that its text can be said again in another language; its own is English."""
    error = UsageError("the reason is longer than %(most)s characters", most=500)

    assert str(error) == "the reason is longer than 500 characters"
    translating.use("de")
    assert translating.of_error(error) == "der Grund ist länger als 500 Zeichen"
    assert translating.of_error(UsageError("100 % of nothing")) == "100 % of nothing"
    translating.use("en")
    assert translating.of_error(error) == str(error)
    assert str(copy.copy(error)) == str(error)


def _asked(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (str(message.id),)


def _said(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (str(message.string or ""),)


def _fills_alike(message: Message) -> bool:
    """A plural may leave the number out where it is clear, as in "one test"; nothing else may be left out, or new."""
    wanted = set(_VALUE.findall("".join(_asked(message))))
    *others, last = [set(_VALUE.findall(said.replace("%%", ""))) for said in _said(message)]
    return last == wanted and all(found <= wanted for found in others)


#: A percent sign that is followed by something else would make the page fail.
_VALUE = re.compile(r"%(?:\((\w+)\)[rs])?")


class _Reader(HTMLParser):
    """Collects what a reader reads, of elements and of attributes."""

    _SILENT = frozenset({"code", "pre", "kbd", "samp", "script", "style"})
    _VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
    _SPOKEN = frozenset({"alt", "aria-description", "aria-label", "label", "placeholder", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if given.get("translate") != "no":
            self.read += [
                said for name in self._SPOKEN & given.keys() if _WORD.search(said := (given[name] or "").strip())
            ]
        if tag not in self._VOID:
            self._open.append((tag, tag in self._SILENT or given.get("translate") == "no"))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(is_silent for _, is_silent in self._open) and _WORD.search(data):
            self.read.append(" ".join(data.split()))


#: Units are the same in every language.
_WORD = re.compile(r"(?!(?:UTC|MiB|KiB|GiB|ms|min)\b)\b[^\W\d_]{2,}")
#: What an argument may be without being read: one word or two in small letters name things.
_PHRASE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,} [^\W\d_]|^[A-Z][a-z]{2,}")
_MARKED = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})


def _name(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""


def _parsed(source: str) -> nodes.Template:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return environment.parse(source)


def _bare(source: str) -> Iterator[str]:
    tree = _parsed(source)
    for call in tree.find_all(nodes.Call):
        if _name(call) not in _MARKED:
            for argument in (*call.args, *(keyword.value for keyword in call.kwargs)):
                if (
                    isinstance(argument, nodes.Const)
                    and isinstance(argument.value, str)
                    and _PHRASE.search(argument.value)
                ):
                    yield argument.value
    reader = _Reader()
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            for text in _texts(part):
                reader.feed(text)
    reader.close()
    yield from reader.read


def _texts(part: nodes.Node) -> Iterator[str]:
    """What an expression may put on the page by itself; a sign stands for what it takes from elsewhere."""
    match part:
        case nodes.TemplateData():
            yield part.data
        case nodes.Const() if isinstance(part.value, str):
            yield part.value
        case nodes.CondExpr():
            yield from _texts(part.expr1)
            if part.expr2 is not None:
                yield from _texts(part.expr2)
        case nodes.Concat():
            for each in part.nodes:
                yield from _texts(each)
        case nodes.Or() | nodes.And() | nodes.Add():
            yield from _texts(part.left)
            yield from _texts(part.right)
        case _:
            yield "·"
