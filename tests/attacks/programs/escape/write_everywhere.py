# covers: E02 E03 E18 E23
# expect: AC
# time_ms: 10000
# Writes into every folder there is, over its own program, and into what controls the machine.
import os

found = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "tmp")]
    if folder.count("/") > 4:
        folders.clear()
    for attempt in (
        lambda: os.close(os.open(folder + "/written", os.O_WRONLY | os.O_CREAT)),
        lambda: os.mkdir(folder + "/made"),
        lambda: os.symlink("/tmp", folder + "/linked"),
        lambda: os.rename(folder, folder + ".moved"),
    ):
        try:
            attempt()
            found.append(folder)
        except OSError:
            pass
for path in (
    "/work/write_everywhere.py",
    "/usr/bin/python3",
    "/etc/passwd",
    "/etc/ld.so.preload",
    "/proc/self/exe",
    "/proc/self/oom_score_adj",
    "/proc/self/mem/../../sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/proc/sys/vm/drop_caches",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/cgroup.procs",
    "/dev/sda",
    "/dev/vda",
    "/dev/mem",
    "/dev/kmsg",
):
    try:
        os.close(os.open(path, os.O_WRONLY))
        found.append(path)
    except OSError:
        pass
for device in os.listdir("/dev"):
    if device not in ("null", "zero", "full", "random", "urandom", "shm", "fd", "stdin", "stdout", "stderr"):
        found.append("/dev/" + device)
print(found or "safe")
