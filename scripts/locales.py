"""Brings the catalogues in web/locales up to date with the texts in the sources.

python scripts/locales.py            write them, new texts empty, texts that are gone left out
python scripts/locales.py --check    say what would be new or left out, and fail if anything would
"""

from __future__ import annotations

import io
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from judge.incidents import IncidentKind  # noqa: E402
from judge.store import audit  # noqa: E402
from judge.verdicts import Verdict  # noqa: E402
from web import translating  # noqa: E402

_PAGES = (("web/**.py", "python"), ("web/templates/**.html", "jinja2"), ("web/static/**.js", "javascript"))
#: What pages show of errors from below.
_BELOW = tuple(
    (f"judge/{path}", "python") for path in ("store/**.py", "queueing/**.py", "recipes/languages.py", "roster.py")
)
_ERRORS = ("NotFound", "RejectedSource", "UnknownLanguage", "UsageError")
_OPTIONS = {"jinja2": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
#: No dates and names, which version control knows better.
_HEADER = """\
msgid ""
msgstr ""
"Language: {locale}\\n"
"Plural-Forms: {plurals}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def main() -> None:
    """Check or write every catalogue but that of English, which has none."""
    fresh = texts()
    locales = sorted(translating.LOCALES.keys() - {translating.DEFAULT})
    if "--check" in sys.argv[1:]:
        differences = [line for locale in locales for line in _differences(locale, fresh)]
        raise SystemExit("\n".join([*differences, "Run `make locales`, then translate."]) if differences else 0)
    for locale in locales:
        write(locale, fresh)


def texts() -> Catalog:
    """Every text of the sources."""
    found = Catalog(domain=translating.DOMAIN)
    for sources, keywords in ((_PAGES, extract.DEFAULT_KEYWORDS), (_BELOW, dict.fromkeys(_ERRORS))):
        for name, _, message, comments, context in extract.extract_from_dir(
            ROOT,
            method_map=list(sources),
            options_map={pattern: _OPTIONS.get(method, {}) for pattern, method in sources},
            keywords=keywords,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
            directory_filter=_is_of_pages,
        ):
            # What is put together of other texts has none of its own.
            if message != "\n":
                found.add(message, locations=[(name, None)], auto_comments=comments, context=context)
    for below in (*Verdict, *IncidentKind):
        found.add(below.words, locations=[(f"{type(below).__module__.replace('.', '/')}.py", None)])
    for action in get_args(audit.Action):
        found.add(action, locations=[("judge/store/audit.py", None)])
    for recipe in sorted((ROOT / "languages").glob("*.toml")):
        if notes := tomllib.loads(recipe.read_text()).get("notes"):
            found.add(notes, locations=[(f"languages/{recipe.name}", None)])
    return found


def _is_of_pages(folder: str | os.PathLike[str]) -> bool:
    """Whether texts may be in there: reading every folder, .venv included, would take minutes."""
    return Path(folder).relative_to(ROOT).parts[:1] in ((), ("judge",), ("web",))


def write(locale: str, fresh: Catalog) -> None:
    """The locale's catalogue with the texts of the sources: what was translated stays, nothing is guessed."""
    path = translating.CATALOGUES / locale / "LC_MESSAGES" / f"{translating.DOMAIN}.po"
    known = translating.catalogue(locale) if path.exists() else Catalog(locale=locale)
    known.update(fresh, no_fuzzy_matching=True, update_creation_date=False)
    written = io.BytesIO()
    pofile.write_po(
        written, known, width=120, omit_header=True, sort_by_file=True, ignore_obsolete=True, include_lineno=False
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_HEADER.format(locale=locale, plurals=known.plural_forms).encode() + written.getvalue())


def _differences(locale: str, fresh: Catalog) -> Iterator[str]:
    known, wanted = _keys(translating.catalogue(locale)), _keys(fresh)
    yield from (f"{locale}: {key} is missing" for key in sorted(wanted - known))
    yield from (f"{locale}: {key} is nowhere any more" for key in sorted(known - wanted))


def _keys(catalogue: Catalog) -> set[str]:
    """A text may have a plural, and a context that tells it from others that read the same."""
    return {repr((message.id, message.context)) for message in catalogue if message.id}


if __name__ == "__main__":
    main()
