"""Changes a Polygon package in its folder: problem.xml where it says what changes, and the files of tests.

Polygon numbers its tests, so that one more is the next number. Its name, ``secret/09`` or ``sample/09``, says whether
it is a sample; a folder between, as in ``secret/easy/09``, is its group.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from judge.errors import PackageError
from problems.findings import Findings
from problems.polygon import judging, markup
from problems.polygon.judging import Judging
from problems.polygon.markup import Element
from problems.tree import Tree

_FILE = "problem.xml"


class Amended:
    """A package that was read, in its folder, to be changed.

    Raises:
        PackageError: problem.xml cannot be read any more.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        findings = Findings()
        tree = Tree(folder, findings)
        entry = tree.find(_FILE)
        root = markup.read(tree, entry, findings) if entry is not None else None
        element = root.find("judging") if root is not None else None
        testset = judging.chosen_testset(element) if element is not None else None
        read = judging.read(root, _FILE, findings) if root is not None else None
        if testset is None or read is None:
            raise PackageError(findings.errors)
        self._testset: Element = testset
        self._judging: Judging = read

    def limit_time(self, time_ms: int) -> None:
        """Write another time limit."""
        self._write(self._text_of("time-limit", str(time_ms)))

    def put(self, name: str, *, data: Path | None, answer: Path | None, drops_answer: bool) -> None:
        """Give a test other data, and add it where it is new.

        Args:
            name: its name.
            data: the file with its input; None: it stays.
            answer: the file with its answer; None: it stays, or
            drops_answer: whether it is removed, so that the main solution gives it.
        """
        number = self._number(name)
        if number > len(self._judging.tests):
            self._add(name)
        answer_path = self._folder / self._judging.answer_path(number)
        if data is not None:
            _copy(data, self._folder / self._judging.input_path(number))
        if answer is not None:
            _copy(answer, answer_path)
        elif drops_answer:
            answer_path.unlink(missing_ok=True)

    def _number(self, name: str) -> int:
        """The number of the test of that name, which is there or the next one."""
        following = len(self._judging.tests) + 1
        last = PurePosixPath(name).name
        number = int(last) if last.isascii() and last.isdigit() and len(last) < 9 else 0
        if not 0 < number <= following:
            kind = PurePosixPath(name).parts[0]
            text = f"Polygon numbers its tests: call the next one {kind}/{following:02d}"
            raise PackageError([f"{_FILE}: {text}"])
        return number

    def _add(self, name: str) -> None:
        """List one more test, in the group that its name has in the middle."""
        kind, *group, _ = PurePosixPath(name).parts
        tests = self._judging.tests
        edits = self._text_of("test-count", str(len(tests) + 1))
        if len(self._testset.all("tests/test")) == len(tests):
            attributes = ' sample="true"' if kind == "sample" else ""
            attributes += f' group="{"/".join(group)}"' if group else ""
            # Where each test says what it is worth, one that did not would be judged by other rules.
            attributes += ' points="0.0"' if all(test.points is not None for test in tests) else ""
            end = self._testset.all("tests")[-1].end
            edits.append((end, end, f'<test method="manual"{attributes}/>\n'))
        elif kind == "sample" or group:
            text = "counts its tests without listing them, so that nothing can be said of a new one but its data"
            raise PackageError([f"{_FILE}: {text}; call it secret/{len(tests) + 1:02d}"])
        self._write(edits)

    def _text_of(self, tag: str, text: str) -> list[tuple[int, int, str]]:
        """What has to be done for an element of the test set to have that text; nothing where it has none."""
        element = self._testset.find(tag)
        if element is None or element.start == element.end:
            return []
        content = (self._folder / _FILE).read_bytes()
        return [(content.index(b">", element.start) + 1, element.end, text)]

    def _write(self, edits: Sequence[tuple[int, int, str]]) -> None:
        """Change the file in some places, the last one first."""
        path = self._folder / _FILE
        content = path.read_bytes()
        for start, end, text in sorted(edits, reverse=True):
            content = content[:start] + text.encode() + content[end:]
        path.write_bytes(content)


def _copy(content: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(content, target)
