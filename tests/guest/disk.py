"""The guest's kernel and disk: made of Debian packages once, then kept under the hash of what they are made of.

``.cache/guest/<hash>/`` holds:

- ``vmlinuz``: the kernel;
- ``busybox``, ``modules/``: the one program and the few modules of the kernel's that have to be there before the disk;
- ``disk.img``: ext4 with Python, the Docker SDK and engine, AppArmor's parser, busybox.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sandbox.mirrors import host_mirror

CACHE = Path(__file__).parents[2] / ".cache" / "guest"

#: trixie's kernel is 6.12, the first that can reset a control group's peak of memory.
_SUITE = "trixie"
_PACKAGES = (
    *("base-files", "libc-bin", "busybox-static", "util-linux", "linux-image-cloud-amd64"),
    *("python3-minimal", "python3-docker", "docker.io", "containerd", "runc", "apparmor"),
)
_MODULES = ("drivers/block/virtio_blk", "fs/overlayfs/overlay")
#: Packages are only unpacked. What their scripts would have done and is missed here is done by this one.
_HOOK = """
set -eu
cd "$1"
rm -rf usr/share/doc usr/share/man usr/share/locale usr/share/i18n usr/lib/udev usr/lib/systemd
rm -rf usr/lib/x86_64-linux-gnu/systemd usr/lib/x86_64-linux-gnu/gconv usr/share/perl usr/lib/x86_64-linux-gnu/perl
rm -f usr/bin/ctr usr/bin/containerd-shim usr/bin/containerd-shim-runc-v1
mkdir -p var/lib/docker
chroot . /usr/bin/busybox --install -s /usr/bin
printf 'root:x:0:0:root:/root:/bin/sh\\n' > etc/passwd
printf 'root:x:0:\\ndocker:x:999:\\n' > etc/group
# The Docker SDK wants some certificate of an authority, though it speaks to a local socket only.
find usr/share/ca-certificates -name '*.crt' | sort | head -n 1 | xargs cat > etc/ssl/certs/ca-certificates.crt
chroot . /sbin/ldconfig
chroot . /usr/bin/python3 -m compileall -q -j 0 /usr/lib/python3 /usr/lib/python3.13
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """What a guest is started from."""

    kernel: Path
    busybox: Path
    image: Path
    modules: tuple[Path, ...]

    @classmethod
    def within(cls, folder: Path) -> Self:
        modules = tuple(folder / "modules" / f"{Path(name).name}.ko" for name in _MODULES)
        kernel, busybox, image = (folder / name for name in ("vmlinuz", "busybox", "disk.img"))
        return cls(kernel=kernel, busybox=busybox, image=image, modules=modules)


def ensure() -> Disk:
    """The disk, made now if this checkout has none of these contents."""
    digest = hashlib.sha256("\0".join((_SUITE, *_PACKAGES, *_MODULES, _HOOK)).encode()).hexdigest()[:12]
    folder = CACHE / digest
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        # Git does not look at what ignores itself.
        (CACHE.parent / ".gitignore").write_text("*\n")
        building = Path(tempfile.mkdtemp(prefix=f"{digest}.", dir=CACHE))
        try:
            _build(building)
            # A name appears with all that belongs to it. Who comes second finds a full folder there, and uses it.
            if not folder.exists():
                (building / "done").rename(folder)
            for older in CACHE.iterdir():
                if older != folder and "." not in older.name:
                    shutil.rmtree(older)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return Disk.within(folder)


def _build(building: Path) -> None:
    tree, done = building / "tree", building / "done"
    tree.mkdir()
    (done / "modules").mkdir(parents=True)
    mirror = os.environ.get("JUDGE_DEBIAN_MIRROR") or host_mirror()
    _say(
        *("mmdebstrap", "--quiet", "--variant=extract", "--format=tar", "--skip=output/dev,cleanup/run"),
        *(f"--include={','.join(_PACKAGES)}", f'--extract-hook=sh -c {shlex.quote(_HOOK)} hook "$1"'),
        *(_SUITE, str(building / "tree.tar"), *([mirror] if mirror else [])),
    )
    _say("tar", "--extract", f"--file={building / 'tree.tar'}", f"--directory={tree}")
    (tree / "dev").mkdir()
    disk = Disk.within(done)
    (kernel,) = (tree / "boot").glob("vmlinuz-*")
    kernel.rename(disk.kernel)
    shutil.copy2(tree / "usr/bin/busybox", disk.busybox)
    for name, module in zip(_MODULES, disk.modules, strict=True):
        (packed,) = tree.glob(f"usr/lib/modules/*/kernel/{name}.ko.xz")
        module.write_bytes(lzma.decompress(packed.read_bytes()))
    shutil.rmtree(tree / "usr/lib/modules")
    make_ext4(disk.image, mib=640, tree=tree)


def make_ext4(image: Path, *, mib: int, tree: Path | None = None) -> None:
    """A file system in a file that takes no more of the disk than what is in it."""
    content = ("-d", str(tree)) if tree else ()
    _say("mkfs.ext4", "-q", "-O", "^has_journal", "-m", "0", *content, str(image), f"{mib}M")


def _say(*argv: str) -> None:
    environment = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
    program = shutil.which(argv[0], path=environment["PATH"])
    assert program, f"the guest's disk is made with {argv[0]}, which is missing: run `make setup`"
    made = subprocess.run((program, *argv[1:]), capture_output=True, text=True, check=False, env=environment)
    assert made.returncode == 0, f"{argv[0]} failed:\n{made.stdout[-1000:]}{made.stderr[-3000:]}"
