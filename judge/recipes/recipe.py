"""What a recipe says of a language or an image, and the argument vectors made of it.

Every word here is a key of the files in ``languages/``, whose README explains them to those who write recipes.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from judge.models import MIB, Source, SourceFile
from judge.recipes import java

#: What may stand in braces in a vector, and what people are shown in its place.
PLACEHOLDERS: Mapping[str, str] = {
    "sources": "FILES",
    "main": "MAIN-FILE",
    "main_stem": "MAIN",
    "main_class": "CLASS",
    "memory_mib": "MIB",
    "stack_mib": "STACK-MIB",
}
#: Stands in ``precompile`` alone.
_HEADER = "header"

_DIGEST = re.compile(r"(?:[a-z0-9][a-z0-9._:/-]*@)?sha256:[0-9a-f]{64}")
#: These are the judge's to set: where programs are looked for, and where the box lets them write.
_OWN_VARIABLES = frozenset({"PATH", "HOME", "TMPDIR", "LD_PRELOAD", "LD_LIBRARY_PATH"})


def _one_or_several(value: object) -> object:
    """A single vector where a list of them is meant."""
    return [value] if isinstance(value, list | tuple) and value and isinstance(value[0], str) else value


Vector = Annotated[tuple[str, ...], Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
ImageName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]{0,63}$")]
Extension = Annotated[str, Field(pattern=r"^[A-Za-z0-9+]{1,16}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Image(_Strict):
    """A Docker image: the Debian packages it holds, or somebody else's image by its digest."""

    #: Beside the essential packages, or without these.
    packages: tuple[str, ...] = ()
    bare: bool = False
    #: Of the packages' programs only these, by their absolute paths; none means all.
    programs: tuple[str, ...] = ()
    #: ``registry/name@sha256:…``, which is pulled, or ``sha256:…``, which the engine has already.
    oci: str = ""
    #: Files put into the tree, by their absolute path: in a recipe the name of one beside it, once read its text.
    files: Mapping[str, str] = {}
    #: Commands run in the tree once it is made: what they leave in it is part of the image.
    prepare: tuple[Vector, ...] = ()
    #: Files and folders that are left out once the commands have run, by their absolute paths.
    without: tuple[str, ...] = ()
    #: Copies of shared libraries that are loaded without relocating: the copy's absolute path, and the library's.
    bound: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if bool(self.oci) == bool(self.packages):
            raise ValueError("has to have either packages or oci")
        if self.programs and not self.bare:
            raise ValueError("programs are chosen for bare images only: a whole Debian needs its own")
        if self.oci and self.model_fields_set - {"oci"}:
            raise ValueError("oci is taken as it is: all other keys are for images made from packages")
        if any(not path.startswith("/") for pair in self.bound.items() for path in pair):
            raise ValueError("bound: paths have to be absolute")
        if self.oci and not _DIGEST.fullmatch(self.oci):
            raise ValueError("oci has to end in @sha256: and 64 digits: a tag may mean something else tomorrow")
        return self


class Language(_Strict):
    """How sources in one language become a running program."""

    id: Id
    #: What the package format's table of languages calls it; several versions of a language share one code.
    code: Id
    name: Annotated[str, Field(min_length=1, max_length=60)]
    extensions: tuple[Extension, ...]
    #: Extensions for which this language is taken where none was named.
    default_for: tuple[Extension, ...] = ()
    #: Of several languages with one code, the one that programs of packages are in.
    is_newest: bool = False
    #: Where sources are compiled; programs run there too unless ``run_image`` names another.
    image: ImageName
    run_image: ImageName | None = None
    #: One vector, or several that are run one after the other until one fails.
    compile: Annotated[tuple[Vector, ...], BeforeValidator(_one_or_several)]
    #: Compiles a header that programs of packages include first; what it leaves in /work is put beside these.
    precompile: tuple[str, ...] = ()
    run: tuple[str, ...]
    version: tuple[str, ...]
    #: What starts a program: its main file, or a Java class, after which files are then named.
    entry: Literal["file", "java-class"] = "file"
    #: Finds what the main file declares under a name that the command line needs: ``{main_class}`` is its first group.
    entry_pattern: str = ""
    #: What a source is called that came without a name, and what the main file is renamed to where compilers insist.
    main_name: str = ""
    renames_main: bool = False
    #: For programs of packages only: nobody can choose it for a submission.
    is_internal: bool = False
    #: The problem's limits times these, plus what a virtual machine needs for itself.
    time_multiplier: Annotated[float, Field(gt=0, le=100)] = 1.0
    time_extra_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    memory_multiplier: Annotated[float, Field(gt=0, le=100)] = 1.0
    memory_extra_mib: Annotated[int, Field(ge=0, le=16_384)] = 0
    #: The most that a stack may have, where it is not all of the memory.
    stack_mib: Annotated[int, Field(ge=0, le=16_384)] = 0
    #: Processes and threads allowed at once where the language needs more than the problem's own limit.
    processes: Annotated[int, Field(ge=0, le=256)] = 0
    #: Found by programs beside what every program finds, while compiling and while running.
    environment: Mapping[str, str] = {}
    #: What contestants should know beside the command lines, in a sentence or two.
    notes: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.is_internal and not (self.extensions and self.compile and self.run and self.version):
            raise ValueError("extensions, compile, run and version must not be empty")
        for vector in (*self.compile, self.run, self.version):
            _check_vector(vector)
        _check_vector(self.precompile, {_HEADER})
        _check_pattern(self.entry_pattern)
        if unknown := set(self.default_for) - set(self.extensions):
            raise ValueError(f"default_for: {', '.join(sorted(unknown))} is none of the extensions")
        if own := sorted(_OWN_VARIABLES & set(self.environment)):
            raise ValueError(f"environment: {', '.join(own)} is the judge's to set")
        return self

    @property
    def runs_in(self) -> str:
        """The image that programs run in."""
        return self.run_image or self.image

    def compile_argvs(self, source: Source) -> tuple[tuple[str, ...], ...]:
        """The commands that compile, in order."""
        return tuple(self._fill(vector, source, memory_bytes=0) for vector in self.compile)

    def precompile_argv(self, header: str) -> tuple[str, ...]:
        """The command that compiles the header of that name in /work."""
        return tuple(word.format_map({_HEADER: f"./{header}"}) for word in self.precompile)

    def run_argv(self, source: Source, *, memory_bytes: int) -> tuple[str, ...]:
        return self._fill(self.run, source, memory_bytes=memory_bytes)

    def time_ms(self, limit_ms: int) -> int:
        """What the language makes of a problem's time limit."""
        return round(limit_ms * self.time_multiplier) + self.time_extra_ms

    def process_count(self, limit: int) -> int:
        """What the language makes of a problem's limit of processes and threads."""
        return max(limit, self.processes)

    def memory_bytes(self, limit_bytes: int) -> int:
        """What the language makes of a problem's memory limit."""
        return round(limit_bytes * self.memory_multiplier) + self.memory_extra_mib * MIB

    @property
    def stack_bytes(self) -> int:
        """How large a program's stack may become; 0 is as large as its memory."""
        return self.stack_mib * MIB

    def _fill(self, vector: Sequence[str], source: Source, *, memory_bytes: int) -> tuple[str, ...]:
        main = self._main_name(source)
        memory_mib = round(memory_bytes * self.memory_multiplier) // MIB
        values = {
            "main": main,
            "main_stem": PurePosixPath(main).stem,
            "main_class": self._main_class(source, main),
            "memory_mib": str(memory_mib),
            "stack_mib": str(min(self.stack_mib or memory_mib, memory_mib)),
        }
        argv: list[str] = []
        for word in vector:
            if word == "{sources}":
                argv.extend("./" + file.name for file in source.files if self.is_source(file))
            else:
                argv.append(word.format_map(values))
        return tuple(argv)

    def _main_class(self, source: Source, main: str) -> str:
        if self.entry == "java-class":
            return java_class(source)
        content = self.main_file(source).content.decode("utf-8", "replace") if self.entry_pattern else ""
        found = re.search(self.entry_pattern, content) if content else None
        return found[1] if found else PurePosixPath(main).stem

    def _main_name(self, source: Source) -> str:
        """What the main file is called once files are named as the compiler wants them."""
        is_free = all(file.name != self.main_name for file in source.files)
        return self.main_name if self.renames_main and is_free else self.main_file(source).name

    def main_file(self, source: Source) -> SourceFile:
        """The entry point where that is a file; else a single file, else the one called main, else the first by name.

        That is the order of the package format and of problemtools. Python's ``__main__`` goes before ``main``. Files
        that the problem includes take part only if they are called so ("Included Code").
        """
        files = [file for file in source.files if self.is_source(file)] or list(source.files)
        files.sort(key=lambda file: (file.name.count("/"), file.name))
        named = {file.name: file for file in source.files}
        if source.entry_point in named:
            return named[source.entry_point]
        by_stem = {PurePosixPath(file.name).stem.lower(): file for file in reversed(files)}
        first = next((file for file in files if not file.is_included), files[0])
        return by_stem.get("__main__") or by_stem.get("main") or first

    def is_source(self, file: SourceFile) -> bool:
        """Whether compilers are given the file: headers and data are not."""
        return PurePosixPath(file.name).suffix[1:] in self.extensions


def java_class(source: Source) -> str:
    """The class that starts a source in Java."""
    return java.main_class({file.name: file.content for file in source.files}, source.entry_point)


def _check_pattern(pattern: str) -> None:
    """Refuse a pattern that finds no name.

    Raises:
        ValueError: what is wrong with it.
    """
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"entry_pattern: {error}") from error
    if pattern and groups != 1:
        raise ValueError("entry_pattern has to have one group, which is the name: (\\w+)")


def _check_vector(vector: Sequence[str], placeholders: Collection[str] = PLACEHOLDERS) -> None:
    """Refuse what could not be started, and placeholders that nothing would fill.

    Raises:
        ValueError: the vector, and what is wrong with it.
    """
    if vector and not vector[0].startswith("/"):
        raise ValueError(f"{vector[0]!r} has to be the program's absolute path: nothing is looked for in PATH")
    for word in vector:
        try:
            names = {name for _, name, _, _ in string.Formatter().parse(word) if name is not None}
        except ValueError as error:
            raise ValueError(f"{word!r}: {error}; a brace that is meant is written twice") from error
        if unknown := names - set(placeholders):
            known = ", ".join(sorted(placeholders))
            raise ValueError(f"{word!r}: {{{min(unknown)}}} is no placeholder; there are: {known}")
        if "sources" in names and word != "{sources}":
            raise ValueError(f"{word!r}: {{sources}} has to be a word of its own, since it becomes several")
