"""What a program must not reach on this host: a file, an answer and two sockets that everybody on it may use."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Bait:
    """Laid out on the host, outside of every cell."""

    #: In the file and the answer, and nowhere else: whoever says it has read one of them.
    secret: str
    #: What stands for what in the texts of programs.
    places: Mapping[str, str]
    #: The files' contents, by path.
    files: Mapping[Path, str]

    def is_touched(self) -> list[str]:
        """What has become of it, if it is not as it was laid out."""
        return [f"{path} was changed" for path, content in self.files.items() if not _holds(path, content)]


@contextlib.contextmanager
def laid_out() -> Iterator[Bait]:
    """The bait, gone at exit."""
    folder = Path(tempfile.mkdtemp(prefix="judge-bait-"))
    folder.chmod(0o755)
    secret = f"canary-{token_hex(8)}-do-not-tell"
    files = {folder / "canary": f"{secret}\n", folder / "1.ans": f"{secret}\n"}
    name = f"judge-canary-{token_hex(4)}"
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for path, content in files.items():
            path.write_text(content)
            path.chmod(0o644)
        for address in (f"\0{name}", str(folder / "socket")):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        (folder / "socket").chmod(0o777)
        places = {
            "@CANARY@": str(folder / "canary"),
            "@CANARY_SOCKET@": f"\\0{name}",
            "@CANARY_PATH@": str(folder / "socket"),
            "@CELLS@": str(folder),
        }
        yield Bait(secret=secret, places=places, files=files)


def _holds(path: Path, content: str) -> bool:
    try:
        return path.read_text() == content
    except OSError:
        return False
