// covers: E03 E23
// expect: AC
// Looks for control groups: to raise its limits, to leave them, to have the kernel run a program of its choice.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
static int found;
int main(void)
{
    static const char *const folders[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/cpu",
                                          "/sys/fs/cgroup/pids", "/sys/fs/cgroup/rdma", "/sys/fs/cgroup/devices", "/cgroup", "/sys"};
    static const char *const files[] = {"release_agent", "notify_on_release", "cgroup.procs", "tasks", "memory.max", "pids.max",
                                        "memory.limit_in_bytes", "cpu.max", "devices.allow", "cgroup.subtree_control", "cgroup.kill"};
    char path[128];
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        for (size_t j = 0; j < sizeof(files) / sizeof(*files); j++) {
            snprintf(path, sizeof(path), "%s/%s", folders[i], files[j]);
            if (open(path, O_WRONLY) >= 0)
                found++, printf("%s\n", path);
        }
        snprintf(path, sizeof(path), "%s/judge-attack", folders[i]);
        if (mkdir(path, 0700) == 0)
            found++, printf("made %s\n", path);
    }
    mkdir("/tmp/cgroup", 0700);
    if (mount("cgroup", "/tmp/cgroup", "cgroup", 0, "rdma") == 0 || mount("none", "/tmp/cgroup", "cgroup2", 0, NULL) == 0)
        found++, puts("mounted");
    if (!found)
        puts("safe");
}
