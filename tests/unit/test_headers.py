"""Which headers of packages may be precompiled, and what tells them apart."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from judge.models import MIB, Limits, Source, SourceFile
from judge.pipeline import headers
from judge.recipes.languages import language

LIMITS = Limits(time_ms=1000, wall_ms=2000)
GUARDED = "#ifndef A\n#define A\n#include <string>\n#endif\n"


def _source(main: str, **others: str) -> Source:
    """A source of ``check.cpp`` and headers called after the keywords."""
    beside = (SourceFile(name=f"{name}.h", content=text.encode()) for name, text in others.items())
    return Source(language="cpp20", files=(SourceFile(name="check.cpp", content=main.encode()), *beside))


def _first(source: Source) -> headers.Header | None:
    return headers.first_of(source, language("cpp20"))


@pytest.mark.parametrize(
    "main",
    [
        '#include "a.h"',
        '  #  include  "a.h" // first\n#include <vector>',
        '/* #include "b.h" */\n// #include "b.h"\n#include "a.h"',
        '#define N 5\n#include "./a.h"',
    ],
)
def test_the_first_header_is_found(main: str) -> None:
    """The first file that is included counts, whatever comments say."""
    found = _first(_source(main, a=GUARDED, b=GUARDED))

    assert found is not None
    assert found.name == "a.h"


@pytest.mark.parametrize(
    "main",
    [
        "int main() {}",
        '#include <bits/stdc++.h>\n#include "a.h"',
        '#include "missing.h"\n#include "a.h"',
        '#include NAME\n#include "a.h"',
        '#include "check.cpp"',
        '/* #include "a.h"',
        '#include ""',
        '#include "../a.h"',
    ],
)
def test_other_programs_have_none(main: str) -> None:
    """What is not first, not there, or no header is left to the compiler."""
    assert _first(_source(main, a=GUARDED)) is None


@pytest.mark.parametrize(
    "text",
    [
        "const char *made = __DATE__;",
        "int n = __COUNTER__;",
        "#if __INCLUDE_LEVEL__ == 0\n#endif",
        "const char *main = __BASE_FILE__;",
        '#if __has_include("b.h")\n#endif',
        '#pragma GCC optimize("O3")',
        '_Pragma("GCC target(\\"avx2\\")")',
    ],
)
def test_fickle_headers_are_left_alone(text: str) -> None:
    """A header that says something else when it is compiled alone is not, and neither is one that includes it."""
    assert _first(_source('#include "a.h"', a=text)) is None
    assert _first(_source('#include "a.h"', a='#include "b.h"', b=text)) is None


def test_a_header_brings_what_it_includes() -> None:
    """All files that a header may come to include are part of it, also in circles, and no others."""
    found = _first(_source('#include "a.h"', a='#include "b.h"', b='#include "a.h"\n#include "gone.h"', c=GUARDED))

    assert found is not None
    assert [file.name for file in found.files] == ["a.h", "b.h"]


def test_names_are_seen_from_the_file_that_includes() -> None:
    """A quoted name begins in its own file's folder."""
    files = {
        "src/check.cpp": '#include "lib/a.h"',
        "src/lib/a.h": '#include "../b.h"',
        "src/b.h": GUARDED,
        "b.h": "no part of it",
    }
    source = Source(
        language="cpp20", files=tuple(SourceFile(name=name, content=text.encode()) for name, text in files.items())
    )
    found = _first(source)

    assert found is not None
    assert [file.name for file in found.files] == ["src/b.h", "src/lib/a.h"]


def test_keys_tell_headers_apart() -> None:
    """A precompiled header is found again for the same files, flags, image and limits alone; the program is no part."""
    recipe = language("cpp20")
    first, other = _first(_source('#include "a.h"', a=GUARDED)), _first(_source('#include "a.h"', a=GUARDED + "\n"))
    same = _first(_source('#include "a.h"\nint main() {}', a=GUARDED, b=GUARDED))
    assert first is not None
    assert other is not None
    assert same is not None
    keys = [
        first.key(recipe, "image", LIMITS),
        other.key(recipe, "image", LIMITS),
        first.key(recipe, "another", LIMITS),
        first.key(language("cpp23"), "image", LIMITS),
        first.key(recipe.model_copy(update={"precompile": ("/usr/bin/g++", "-O3")}), "image", LIMITS),
        first.key(recipe, "image", replace(LIMITS, compile_memory_bytes=MIB)),
    ]

    assert len(set(keys)) == len(keys)
    assert same.key(recipe, "image", LIMITS) == keys[0]


@pytest.mark.parametrize(
    "text", ["/*" * MIB, "//" * MIB, " " * MIB, "#include" * MIB, '#include "' * 100_000, "\n #" * MIB]
)
def test_no_source_takes_long_to_search(text: str) -> None:
    """Searching takes time as the text is long, whatever it is made of."""
    begun = time.process_time()
    _first(_source(text + '\n#include "a.h"', a=text))

    assert time.process_time() - begun < 5


def test_the_flags_are_those_of_the_programs() -> None:
    """A header that was compiled with other flags is taken for nothing: each recipe says the same twice."""
    for key in ("cpp17", "cpp20", "cpp23", "cpp26"):
        recipe = language(key)
        words = [word for word in recipe.compile[0] if word not in ("c++", "program", "{sources}")]

        assert [word for word in recipe.precompile if word != "c++-header" and "{header}" not in word] == words
        assert recipe.precompile_argv("b/a.h")[-2:] == ("./b/a.h.gch", "./b/a.h")
