// covers: A08 E05
// quick: yes
// expect: AC
// Asks for every kind of namespace, by every call that can make one.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
static int found;
static void tried(const char *how, const char *what, long result)
{
    if (result == 0 && found >= 0 && getpid() == 1)
        _exit(9);
    if (result >= 0)
        found++, printf("%s %s\n", how, what);
}
int main(void)
{
    static const struct { const char *name; uint64_t flag; } kinds[] = {
        {"user", CLONE_NEWUSER}, {"pid", CLONE_NEWPID}, {"mount", CLONE_NEWNS}, {"net", CLONE_NEWNET},
        {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS}, {"cgroup", CLONE_NEWCGROUP}, {"time", 0x80},
        {"all", CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct clone_args arguments = {.flags = kinds[i].flag, .exit_signal = SIGCHLD};
        tried("unshare", kinds[i].name, unshare((int)kinds[i].flag));
        long child = syscall(SYS_clone3, &arguments, sizeof(arguments));
        if (child == 0)
            _exit(0);
        tried("clone3", kinds[i].name, child);
        if (kinds[i].flag == 0x80)
            continue; /* for clone these bits are the number of a signal */
        child = syscall(SYS_clone, kinds[i].flag | SIGCHLD, NULL, NULL, NULL, NULL);
        if (child == 0)
            _exit(0);
        tried("clone", kinds[i].name, child);
    }
    static const char *const files[] = {"user", "pid", "mnt", "net", "ipc", "uts", "cgroup"};
    char path[64];
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(path, sizeof(path), "/proc/self/ns/%s", files[i]);
        int fd = open(path, O_RDONLY);
        if (fd >= 0)
            tried("setns", files[i], setns(fd, 0));
    }
    tried("setns", "by pidfd", setns((int)syscall(SYS_pidfd_open, getppid(), 0), CLONE_NEWNS));
    if (!found)
        puts("safe");
}
