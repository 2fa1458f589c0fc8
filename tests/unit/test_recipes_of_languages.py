"""Recipe files: what they may say, how an organiser's join ours, and what is said of mistakes in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.config import Settings
from judge.errors import UsageError
from judge.models import MIB, Limits, Source, SourceFile
from judge.pipeline.running import run_limits
from judge.recipes import languages

NIM = """
name = "Nim"
extensions = ["nim"]
image = "nim"
run_image = "static"
compile = ["/usr/bin/nim", "c", "{main}"]
run = ["/work/program"]
version = ["/usr/bin/nim", "--version"]

[images.nim]
packages = ["nim"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An organiser's folder of recipes; afterwards the process has its own languages again."""
    yield tmp_path
    languages.choose(Settings())


def read(folder: Path, *offered: str) -> languages.Catalogue:
    return languages.read([languages.FOLDER, folder], offered or ("c",))


def changed(key: str, value: str) -> str:
    """The recipe with one line of its own for that key."""
    lines = [line for line in NIM.splitlines() if not line.startswith(f"{key} =")]
    return "\n".join([f"{key} = {value}", *lines])


def test_an_organisers_recipe_joins_ours(folder: Path) -> None:
    """A file in a folder of one's own is a language like any other, and settings say what is offered."""
    (folder / "nim.toml").write_text(NIM)
    languages.choose(Settings(languages_dir=folder, languages=("nim", "c")))

    assert list(languages.offered()) == ["nim", "c"]
    assert languages.guess(["a.nim"]).id == "nim"
    assert languages.images()["nim"].packages == ("nim",)
    assert set(languages.needed_images()) == {"nim", "gcc", "static", "script"}
    assert languages.catalogue().folders["nim"] == folder


def test_an_organisers_recipe_replaces_ours(folder: Path) -> None:
    """A file of the same name takes the place of ours, and what it claims goes before our claims."""
    (folder / "c.toml").write_text(NIM.replace('"Nim"', '"My C"').replace('["nim"]\nimage', '["c"]\nimage'))
    (folder / "other.toml").write_text(NIM.replace('["nim"]\nimage', '["cpp"]\ndefault_for = ["cpp"]\nimage'))
    found = read(folder)

    assert found.languages["c"].name == "My C"
    assert found.by_extension["cpp"].id == "other"


def test_what_is_not_offered_is_known_all_the_same(folder: Path) -> None:
    """Packages may hold programs in a language that nobody may submit in."""
    languages.choose(Settings(languages=("c",)))

    assert list(languages.offered()) == ["c"]
    assert languages.guess(["Main.java"]).id == "java"
    assert languages.guess(["a.py", "b.c"], among=["c"]).id == "c"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", r"nim\.toml: .*line 1"),
        ("surprise = 1" + NIM, r"nim\.toml: surprise: is no key of a recipe"),
        (changed("name", "1"), r"nim\.toml: name: Input should be a valid string"),
        (changed("run", "[]"), r"must not be empty"),
        (changed("run", "['program']"), r"'program' has to be the program's absolute path"),
        (changed("run", "['/bin/x', '{mian}']"), r"\{mian\} is no placeholder; there are: main"),
        (changed("run", "['/bin/x', '{']"), r"a brace that is meant is written twice"),
        (changed("compile", "['/bin/x', '{header}']"), r"\{header\} is no placeholder; there are: main"),
        (changed("precompile", "['/bin/x', '{sources}']"), r"\{sources\} is no placeholder; there are: header"),
        (changed("run", "['/bin/x', '-i{sources}']"), r"\{sources\} has to be a word of its own"),
        (changed("image", "'gone'"), r"nim\.toml: image: unknown image 'gone'; .*add \[images\.gone\]"),
        (changed("run_image", "'gone'"), r"nim\.toml: run_image: unknown image 'gone'"),
        (changed("default_for", "['x']"), r"default_for: x is none of the extensions"),
        (changed("time_multiplier", "0"), r"time_multiplier: Input should be greater than 0"),
        (changed("stack_mib", "-1"), r"stack_mib: Input should be greater than or equal to 0"),
        (changed("stack_mib", "'all'"), r"stack_mib: Input should be a valid integer"),
        (changed("environment", "{ PATH = '/' }"), r"PATH is the judge's to set"),
        (NIM.replace('packages = ["nim"]', ""), r"images\.nim: has to have either packages or oci"),
        (NIM.replace('packages = ["nim"]', 'oci = "nim:latest"'), r"images\.nim: oci has to end in @sha256"),
        (NIM.replace('packages = ["nim"]', f'oci = "sha256:{"0" * 64}"\nwithout = ["/a"]'), r"oci is taken as it is"),
        (NIM.replace('packages = ["nim"]', 'packages = ["nim"]\nbound = {"a" = "/b"}'), r"paths have to be absolute"),
        (NIM.replace('packages = ["nim"]', 'packages = ["nim"]\nsize = 1'), r"images\.nim\.size: is no key"),
    ],
)
def test_mistakes_are_explained(folder: Path, text: str, said: str) -> None:
    """A mistake is a usage error that names the file and the key, and says what would be right."""
    (folder / "nim.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        read(folder)


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    """Several broken files make one error with a line for each mistake."""
    (folder / "one.toml").write_text("x = 1" + NIM)
    (folder / "two.toml").write_text("y = 1" + NIM)
    with pytest.raises(UsageError, match=r"one\.toml: x: .*\n.*two\.toml: y: "):
        read(folder)


def test_two_cannot_be_the_first_choice(folder: Path) -> None:
    """Which of two recipes of one folder an extension means is never left to chance."""
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text(changed("default_for", "['nim']"))
    with pytest.raises(UsageError, match="one and two both claim 'nim'"):
        read(folder)


def test_the_file_of_shared_images_holds_nothing_else(folder: Path) -> None:
    """images.toml is for images; a language in it would have no id."""
    (folder / "images.toml").write_text(NIM)
    with pytest.raises(UsageError, match=r"images\.toml: compile: is no image"):
        read(folder)


def test_a_language_that_does_not_exist_cannot_be_offered(folder: Path) -> None:
    """A misspelt id in the settings is named with those there are; a folder that is none is named too."""
    with pytest.raises(UsageError, match="setting languages: 'cobbol' is none; there are: "):
        read(folder, "cobbol")
    with pytest.raises(UsageError, match=r"setting languages_dir: .* is no folder"):
        read(folder / "nowhere")


def test_several_steps_and_allowances(folder: Path) -> None:
    """A recipe may compile in several steps, multiply and add to limits, and insist on a name for the main file."""
    text = changed("compile", "[['/bin/a', '{main}'], ['/bin/b', '{sources}']]")
    text = "time_multiplier = 1.5\ntime_extra_ms = 100\nmemory_multiplier = 2\nmemory_extra_mib = 1\n" + text
    (folder / "nim.toml").write_text('main_name = "start.nim"\nrenames_main = true\n' + text)
    languages.choose(Settings(languages_dir=folder))
    source = Source(language="nim", files=(SourceFile(name="a.nim", content=b""),))
    recipe = languages.language("nim")

    assert [file.name for file in languages.arranged(source).files] == ["start.nim"]
    assert recipe.compile_argvs(languages.arranged(source)) == (("/bin/a", "start.nim"), ("/bin/b", "./start.nim"))
    assert recipe.compile_argvs(source)[0] == ("/bin/a", "start.nim")
    assert (recipe.time_ms(1000), recipe.memory_bytes(64 * MIB)) == (1600, 129 * MIB)
    assert recipe.process_count(64) == 64


@pytest.mark.parametrize(("said", "memory_mib", "told"), [("0", 256, "256"), ("200", 256, "200"), ("200", 64, "64")])
def test_a_stack_is_as_large_as_the_memory_or_smaller(folder: Path, said: str, memory_mib: int, told: str) -> None:
    """A recipe may want less than all memory; what it tells a virtual machine is never more than the problem gives."""
    text = changed("run", "['/bin/x', '-s{stack_mib}']")
    (folder / "nim.toml").write_text(f"stack_mib = {said}\n{text}")
    languages.choose(Settings(languages_dir=folder))
    source = Source(language="nim", files=(SourceFile(name="a.nim", content=b""),))
    recipe = languages.language("nim")

    assert recipe.run_argv(source, memory_bytes=memory_mib * MIB) == ("/bin/x", f"-s{told}")
    assert run_limits(source, Limits(time_ms=1000, wall_ms=3000)).stack_bytes == int(said) * MIB


def test_time_is_the_same_in_every_language() -> None:
    """No language of ours is given more time than another; an organiser may decide otherwise."""
    for item in languages.languages().values():
        assert (item.time_multiplier, item.time_extra_ms, item.memory_multiplier) == (1, 0, 1)
