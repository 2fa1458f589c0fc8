"""Recipes: what they say, which one a file name means, and the argument vectors that come of them."""

from __future__ import annotations

import dataclasses
import string
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import UnknownLanguage
from judge.models import MIB, Source, SourceFile
from judge.recipes import languages
from judge.recipes.languages import (
    arranged,
    by_code,
    entry_point,
    guess,
    images,
    is_file_name,
    language,
    offered,
    offered_language,
    pasted,
)
from judge.recipes.recipe import PLACEHOLDERS, Language


def source(language_id: str, **files: str) -> Source:
    """A source whose files are named ``main_cpp`` for ``main.cpp``."""
    return Source(
        language=language_id,
        files=tuple(SourceFile(name=name.replace("_", "."), content=text.encode()) for name, text in files.items()),
    )


@pytest.mark.parametrize("item", languages.languages().values(), ids=lambda item: item.id)
def test_every_recipe_is_whole(item: Language) -> None:
    """Each recipe names programs by absolute path, an image there is, and leaves no placeholder unfilled."""
    name = f"main.{item.extensions[0]}" if item.extensions else "run"
    made = Source(language=item.id, files=(SourceFile(name=name, content=b""),))
    vectors = [*item.compile_argvs(made), item.run_argv(made, memory_bytes=MIB), item.version]
    if item.id == "answers":
        assert vectors == [(), ()]
        return
    for argv in vectors:
        assert argv[0].startswith("/")
        assert all(word and f"{{{name}}}" not in word for word in argv for name in PLACEHOLDERS)
    assert item.image in images()
    assert item.runs_in in images()
    assert set(item.default_for) <= set(item.extensions)


def test_programs_know_that_they_are_judged() -> None:
    """Solutions that read a file of their own at home find out that they are not there."""
    for name in ("c", "cpp17", "cpp20", "cpp23"):
        assert "-DONLINE_JUDGE" in language(name).compile[0]


def test_programs_run_where_nothing_can_be_compiled_unless_the_language_cannot_do_without() -> None:
    """Compiled languages run in bare images; where no other image is named, compiling and running share one."""
    for item in languages.languages().values():
        assert item.runs_in == (item.run_image or item.image)
    for name in ("c", "cpp17", "cpp20", "cpp23", "java", "python3"):
        assert images()[language(name).runs_in].bare
    for name in ("c", "cpp17", "cpp20", "cpp23", "java"):
        assert not images()[language(name).image].bare


def test_languages_of_packages_are_not_offered() -> None:
    """What only packages may use can be compiled and run here, but nobody can submit in it."""
    assert {item.id for item in languages.languages().values() if item.is_internal} == {"script", "answers"}
    assert not {"script", "answers"} & offered().keys()
    with pytest.raises(UnknownLanguage, match=r"unknown language 'script'; there are: c, cpp17"):
        offered_language("script")
    assert offered_language("c") is language("c")


@pytest.mark.parametrize(
    ("code", "ids"),
    [
        ("cpp", ["cpp17", "cpp20", "cpp23"]),
        ("cpp20", ["cpp20"]),
        ("c", ["c"]),
        ("python3", ["python3"]),
        ("java", ["java"]),
        ("script", []),
        ("klingon", []),
        ("", []),
    ],
)
def test_codes_of_the_package_format(code: str, ids: list[str]) -> None:
    """A code means all versions of the language; our own ids are understood as well."""
    found = [item.id for item in by_code(code)]

    assert [item for item in found if item in ids] == ids
    assert bool(found) == bool(ids)
    assert all(code in (item.code, item.id) for item in by_code(code))


@pytest.mark.parametrize(("code", "newest"), [("cpp", "cpp23"), ("c", "c"), ("python3", "python3"), ("java", "java")])
def test_the_newest_of_a_code_is_the_last(code: str, newest: str) -> None:
    """Programs of packages are in the language that its recipe says they are in."""
    assert by_code(code)[-1].id == newest


def test_one_default_for_each_extension() -> None:
    """No two languages claim to be the first choice for an extension."""
    having = Counter(extension for item in languages.languages().values() for extension in item.extensions)
    claimed = [extension for item in languages.languages().values() for extension in item.default_for]

    assert len(claimed) == len(set(claimed))
    assert {extension for extension, count in having.items() if count > 1} <= set(claimed)


def test_one_newest_for_each_code() -> None:
    """Programs of packages are in one language of each code, whichever order the recipes are read in."""
    codes = Counter(item.code for item in languages.languages().values() if not item.is_internal)
    newest = [item.code for item in languages.languages().values() if item.is_newest]

    assert len(newest) == len(set(newest))
    assert {code for code, count in codes.items() if count > 1} <= set(newest)


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    """Whoever mistypes an id sees which there are."""
    with pytest.raises(UnknownLanguage, match=r"'klingon'.*cpp20.*python3"):
        language("klingon")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.c"], "c"),
        (["a.cpp"], "cpp20"),
        (["a.cc"], "cpp20"),
        (["A.java"], "java"),
        (["a.py"], "python3"),
        (["a.js"], "javascript"),
        (["main.mjs", "module.mjs"], "javascript"),
        (["total.h", "main.cpp"], "cpp20"),
        (["notes.txt", "a.py", "b.cpp"], "python3"),
    ],
)
def test_guessing(names: list[str], expected: str) -> None:
    """The first file with an extension of some language decides; among several languages the default one."""
    assert guess(names).id == expected


@pytest.mark.parametrize("names", [[], ["README"], ["a.exe", "b"], [".py"], ["c"], ["a.PY"]])
def test_guessing_in_vain(names: list[str]) -> None:
    """Where no file has an extension of ours, the language has to be named."""
    with pytest.raises(UnknownLanguage, match="name it"):
        guess(names)


@pytest.mark.parametrize("name", ["a.cpp", "Main.java", "two_words-3.c++", "_", "x" * 128])
def test_good_file_names(name: str) -> None:
    """Letters, digits, dots, dashes, plus and underscores, up to 128 of them."""
    assert is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ".",
            "..",
            ".hidden",
            "-o",
            "--plugin=x",
            "@file",
            "a/b",
            "/a",
            "a\\b",
            "a b",
            "a\nb.c",
            "a\n",
            "a;b",
            "$a",
        ),
        *("a\0.c", "é.c", "a.c\u202e", "x" * 129, "*", "~", "a:b", "a=b", "a'b", 'a"b', "a<b"),
    ],
)
def test_bad_file_names(name: str) -> None:
    """Nothing that a shell, a compiler's options or a page would take for something else."""
    assert not is_file_name(name)


@given(st.text(max_size=200))
def test_file_names_are_harmless(name: str) -> None:
    """Whatever passes is one path component that begins with a letter, digit or underscore."""
    if is_file_name(name):
        assert Path(name).name == name
        assert name[0] in string.ascii_letters + string.digits + "_"
        assert name.isascii() and name.isprintable() and " " not in name


def test_compile_vectors_name_sources_only() -> None:
    """Headers lie beside the sources and are not compiled themselves; no name can be taken for an option."""
    (argv,) = language("cpp20").compile_argvs(source("cpp20", main_cpp="", total_h="", total_cc=""))

    assert argv[-2:] == ("./main.cpp", "./total.cc")
    assert "-std=gnu++20" in argv
    assert not any("total.h" in word for word in argv)


@pytest.mark.parametrize(
    ("names", "main"),
    [(["b.py", "a.py"], "a.py"), (["b.py", "main.py", "a.py"], "main.py"), (["z.py", "Main.py"], "Main.py")],
)
def test_the_main_file(names: list[str], main: str) -> None:
    """The file called main, in any case; else the first by name, however they were sent."""
    made = Source(language="python3", files=tuple(SourceFile(name=name, content=b"") for name in names))

    assert language("python3").run_argv(made, memory_bytes=MIB)[-1] == f"/work/{main}"


def _java_class(**files: str) -> str:
    return language("java").run_argv(source("java", **files), memory_bytes=64 * MIB)[-1]


MAIN = "public static void main(String[] words) {}"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Sum_java": f"class Sum {{ {MAIN} }}"}, "Sum"),
        ({"Sum_java": f"package team.one;\nclass Sum {{ {MAIN} }}"}, "team.one.Sum"),
        ({"Sum_java": f"/* x */\n  package team ;\nclass Sum {{ {MAIN} }}"}, "team.Sum"),
        ({"Adder_java": "class Adder {}", "Sum_java": f"class Sum {{ {MAIN} }}"}, "Sum"),
        ({"Other_java": f"class Other {{ {MAIN} }}", "Main_java": f"class Main {{ {MAIN} }}"}, "Main"),
        ({"Sum_java": "class Sum { static public  void  main (String... w) {} }"}, "Sum"),
        ({"Sum_java": "class Sum { final public static void main(String[] w) {} }"}, "Sum"),
        ({"Sum_java": "nothing of the kind"}, "Sum"),
        ({"x_java": f"class Helper {{}} class Sum {{ {MAIN} }}"}, "Sum"),
        ({"x_java": f"class A {{ {MAIN} }} public class B {{ {MAIN} }}"}, "B"),
        ({"Sum_java": f"/* class No {{ {MAIN} }} */ class Sum {{ {MAIN} }}"}, "Sum"),
        ({"x_txt": "no Java at all"}, "x"),
    ],
)
def test_the_java_class_to_start(files: dict[str, str], expected: str) -> None:
    """The class with the main method, within its package."""
    assert _java_class(**files) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("B", "b.B"), ("b.B", "b.B"), ("B.java", "b.B"), ("A", "A"), ("other.Main", "other.Main"), ("-jar", "A")],
)
def test_the_java_class_that_is_named(wanted: str, expected: str) -> None:
    """An entry point is a class, with its package or without, or a file; what is neither is passed over."""
    made = source("java", A_java=f"class A {{ {MAIN} }}", B_java=f"package b; class B {{ {MAIN} }}")

    assert entry_point(dataclasses.replace(made, entry_point=wanted)) == expected


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"x_java": f"public class Sum {{ {MAIN} }}"}, ["Sum.java"]),
        ({"x_java": f"class Sum {{ {MAIN} }}"}, ["x.java"]),
        ({"Sum_java": "public class Sum {}", "x_java": "public class Sum {}"}, ["Sum.java", "x.java"]),
        ({"A_java": "public class B {}", "B_java": "public class C {}"}, ["A.java", "C.java"]),
        ({"x_java": "public class $x {}"}, ["x.java"]),
        ({"x_txt": "public class Sum {}"}, ["x.txt"]),
    ],
)
def test_java_files_are_named_after_their_public_class(files: dict[str, str], names: list[str]) -> None:
    """The compiler insists on it; two files never get one name, and no name comes about that files may not have."""
    assert [file.name for file in arranged(source("java", **files)).files] == names


def test_files_keep_their_folders_when_they_are_renamed() -> None:
    """A package's folders stay as they are."""
    made = Source(language="java", files=(SourceFile(name="team/x.java", content=b"public class Sum {}"),))

    assert [file.name for file in arranged(made).files] == ["team/Sum.java"]


def test_other_languages_are_left_alone() -> None:
    """Only Java's compiler cares for names."""
    made = source("cpp20", x_cpp="public class Sum {}")

    assert arranged(made) is made


@pytest.mark.parametrize(
    ("names", "wanted", "expected"),
    [
        (["b.py", "main.py"], "", "main.py"),
        (["main.py", "__main__.py", "__init__.py"], "", "__main__.py"),
        (["b.py", "main.py"], "b.py", "b.py"),
        (["b.py", "main.py"], "c.py", "main.py"),
        (["a.txt", "data.json", "z.py"], "", "z.py"),
        (["lib/main.py", "z.py"], "", "main.py"),
        (["lib/a.py", "z.py"], "", "z.py"),
        (["notes.txt"], "", "notes.txt"),
    ],
)
def test_the_main_file_among_others(names: list[str], wanted: str, expected: str) -> None:
    """What is named, else Python's own way of starting a folder, else main; data beside sources never starts."""
    files = tuple(SourceFile(name=name, content=b"") for name in names)
    made = Source(language="python3", files=files, entry_point=wanted)

    assert entry_point(made).rsplit("/", 1)[-1] == expected


def test_java_memory_follows_the_limit() -> None:
    """The heap may be as large as the problem's memory limit."""
    assert "-Xmx64m" in language("java").run_argv(source("java", A_java=MAIN), memory_bytes=64 * MIB)


@pytest.mark.parametrize(
    ("language_id", "text", "name"),
    [
        ("python3", "print()", "main.py"),
        ("cpp20", "int main() {}", "main.cpp"),
        ("java", f"public class Sum {{ {MAIN} }}", "Sum.java"),
        ("java", f"import x;\n  public final class Sum {{ {MAIN} }}", "Sum.java"),
        ("java", f"class Sum {{ {MAIN} }}", "Main.java"),
        ("java", "public record Pair(int a) {}", "Pair.java"),
    ],
)
def test_pasted_sources_get_a_name(language_id: str, text: str, name: str) -> None:
    """A text without a file name is called what its compiler expects."""
    assert [file.name for file in pasted(language_id, text.encode()).files] == [name]


@given(st.binary(max_size=200))
def test_any_bytes_can_be_pasted(content: bytes) -> None:
    """No pasted text breaks the search for its class, and the name is always one that files may have."""
    for prefix in (b"", b"public class "):
        made = pasted("java", prefix + content)

        assert made.files[0].content == prefix + content
        # A name that only Java would take is for the check of submissions to refuse, in words.
        language("java").run_argv(made, memory_bytes=MIB)
