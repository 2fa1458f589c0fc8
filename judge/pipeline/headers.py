"""Headers that programs of packages include first, testlib.h above all: which can be compiled once for all of them.

A compiler takes a precompiled header in place of the text only where that comes to the same: flags and macros are the
same, and nothing is before it. It looks at that itself; what it does not look at is looked at here.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from judge.models import Limits, Source, SourceFile
from judge.recipes.recipe import Language

#: Comments before the first include. One without an end ends with the text, so that no text takes long to search.
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
#: Its group is empty where the include is not of a file in quotes.
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include\b[ \t]*(?:"([^"\n]*)")?', re.MULTILINE)
#: What a header says otherwise when it is compiled alone, or at another time.
_FICKLE = re.compile(
    rb"__(?:BASE_FILE|INCLUDE_LEVEL|COUNTER|DATE|TIME|TIMESTAMP)__|__has_(?:include|embed)|#[ \t]*embed"
    rb"|_Pragma|#[ \t]*pragma[ \t]+GCC[ \t]+(?:optimize|target|push_options|pop_options|reset_options)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header among the files of a source, with all of these that it may include."""

    name: str
    files: tuple[SourceFile, ...]

    def key(self, recipe: Language, image: str, limits: Limits) -> str:
        """What it is called once precompiled: a digest of all that bears on that."""
        bounds = (limits.compile_time_ms, limits.compile_memory_bytes)
        said = recipe.model_dump_json(include={"precompile", "environment"})
        whole = Source(language=recipe.id, files=self.files, entry_point=self.name)
        made_from = (whole.digest, said.encode(), image.encode(), repr(bounds).encode())
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in made_from)).hexdigest()


def first_of(source: Source, recipe: Language) -> Header | None:
    """The header that the main file includes first; None where it is no file of the source's, or fickle."""
    main = recipe.main_file(source)
    included = _INCLUDE.search(_COMMENT.sub(b" ", main.content))
    named = {file.name: file for file in source.files}
    name = _beside(main.name, included[1]) if included and included[1] else ""
    if name not in named or recipe.is_source(named[name]):
        return None
    files = _closure(name, named)
    if any(_FICKLE.search(file.content) for file in files):
        return None
    return Header(name=name, files=files)


def _closure(name: str, named: Mapping[str, SourceFile]) -> tuple[SourceFile, ...]:
    """The file and all that it may include, and these: conditions and comments are not looked at."""
    found: dict[str, SourceFile] = {}
    waiting = [name]
    while waiting:
        file = named.get(waiting.pop())
        if file is None or file.name in found:
            continue
        found[file.name] = file
        waiting += [_beside(file.name, quoted) for quoted in _INCLUDE.findall(file.content) if quoted]
    return tuple(found[key] for key in sorted(found))


def _beside(name: str, included: bytes) -> str:
    """The name that a file includes, seen from where the first of all names is."""
    return posixpath.normpath(PurePosixPath(name).parent / included.decode("utf-8", "replace"))
