"""Shared libraries bound to an address: they do what they did, from there, and need no relocating."""

from __future__ import annotations

import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.errors import SandboxError
from sandbox import binding, bundle
from sandbox.cell import Cell
from sandbox.container import ContainerMaker
from sandbox.spec import RunSpec
from tests.sandbox.conftest import COMPILE, CORE, LIMITS

pytestmark = [pytest.mark.asyncio(loop_scope="session")]

#: Has what the Java virtual machine has: tables of functions, addresses in data, what runs at first, names of others.
LIBRARY = """\
#include <string>
#include <vector>
struct Shape { virtual ~Shape() = default; virtual int sides() const = 0; };
struct Square : Shape { int sides() const override { return 4; } };
struct Triangle : Shape { int sides() const override { return 3; } };
static const char *const words[] = {"zero", "one", "two"};
static int numbers[] = {1, 2, 3};
static int *const last = &numbers[2];
static std::vector<std::string> made = {"made", "at", "first"};
thread_local int mine = 5;
extern "C" int sum() {
    Shape *shapes[] = {new Square, new Triangle};
    int found = *last + mine;
    for (Shape *shape : shapes) { found += shape->sides(); delete shape; }
    return found;
}
extern "C" const char *word(int number) { return number < 3 ? words[number] : made[number - 3].c_str(); }
extern "C" int caught() {
    try { throw std::string("thrown"); } catch (const std::string &text) { return (int)text.size(); }
}
"""
PROGRAM = """\
#include <cstdio>
#include <dlfcn.h>
int main(int, char **argv) {
    void *library = dlopen(argv[1], RTLD_NOW);
    if (!library) { std::puts(dlerror()); return 1; }
    auto sum = (int (*)())dlsym(library, "sum");
    auto word = (const char *(*)(int))dlsym(library, "word");
    auto caught = (int (*)())dlsym(library, "caught");
    std::printf("%d %s %s %d\\n", sum(), word(2), word(5), caught());
    std::printf("%#zx\\n", (size_t)sum >> 32 << 32);
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cell(image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Cell]:
    """A cell with a compiler and what its programs are linked with."""
    folder = short_tmp / "cells-binding"
    folder.mkdir()
    maker = ContainerMaker(cells_dir=folder, host="tests")
    cell = await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
    yield cell
    await cell.close()


async def _compiled(cell: Cell) -> dict[str, bundle.File]:
    await cell.load(bundle.pack({"library.cpp": LIBRARY.encode(), "program.cpp": PROGRAM.encode()}))
    for words in (
        ["-shared", "-fPIC", "-Wl,-z,now", "-o", "library.so", "library.cpp"],
        ["-o", "program", "program.cpp"],
    ):
        spec = RunSpec(argv=("/usr/bin/g++", *words), env={"PATH": "/usr/bin"}, is_work_writable=True, limits=COMPILE)
        outcome = await cell.run(spec)
        assert outcome.exit_code == 0, outcome.stderr
    return {file.name: file for file in bundle.unpack(await cell.save())}


async def test_a_bound_library_does_what_it_did(cell: Cell) -> None:
    """Calls, data, tables, exceptions, variables of threads and what runs at first are as they were, at the address."""
    files = await _compiled(cell)
    copy = bundle.File(name="bound.so", content=binding.bound(files["library.so"].content), is_executable=True)
    await cell.load(bundle.join([*files.values(), copy]))
    said = []
    for name in ("library.so", "bound.so"):
        outcome = await cell.run(RunSpec(argv=("/work/program", f"/work/{name}"), limits=LIMITS))
        assert outcome.exit_code == 0, outcome
        with cell.open_stdout() as stdout:
            said.append(stdout.read().decode().splitlines())

    assert said[0][0] == said[1][0] == "15 two first 6"
    assert said[0][1] != said[1][1] == f"{binding.ADDRESS:#x}"
    readelf = RunSpec(argv=("/usr/bin/readelf", "-DrW", "/work/bound.so"), limits=COMPILE)
    assert (await cell.run(readelf)).exit_code == 0
    with cell.open_stdout() as stdout:
        relocations = stdout.read()
    assert b"R_X86_64_RELATIVE" not in relocations
    assert b"R_X86_64_JUMP_SLO" in relocations


async def test_a_tree_gets_a_bound_copy(cell: Cell, tmp_path: Path) -> None:
    """The copy is added with its folder, dated as the tree is, and the same each time."""
    content = (await _compiled(cell))["library.so"].content
    trees = []
    for number in (1, 2):
        (tmp_path / "library.so").write_bytes(content)
        tar = tmp_path / f"{number}.tar"
        with tarfile.open(tar, "w", format=tarfile.GNU_FORMAT) as tree:
            tree.add(tmp_path / "library.so", "./usr/lib/library.so")
        binding.bind(tar, {"/usr/lib/more/library.so": "/usr/lib/library.so"}, date_s=12345)
        with tarfile.open(tar) as tree:
            trees.append({member.name: (member.mtime, member.mode, member.size) for member in tree})
            copy = tree.extractfile("./usr/lib/more/library.so")
            assert copy is not None
            assert copy.read() == binding.bound(content)

    assert trees[0] == trees[1]
    assert trees[0]["./usr/lib/more"][:2] == trees[0]["./usr/lib/more/library.so"][:2] == (12345, 0o755)


@pytest.mark.parametrize(
    "content", [b"", b"no library", b"\x7fELF\x02\x01" + b"\0" * 100], ids=["empty", "text", "cut"]
)
async def test_what_is_no_library_is_refused(content: bytes) -> None:
    """Nothing is made of a file that is something else."""
    with pytest.raises(SandboxError, match="bound to an address"):
        binding.bound(content)


async def test_a_missing_library_is_named(tmp_path: Path) -> None:
    """A recipe that means a library which its packages have not says which."""
    tarfile.open(tmp_path / "tree.tar", "w").close()
    with pytest.raises(SandboxError, match=r"no library /usr/lib/gone\.so"):
        binding.bind(tmp_path / "tree.tar", {"/usr/lib/new.so": "/usr/lib/gone.so"}, date_s=0)
