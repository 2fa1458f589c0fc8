// covers: E07
// expect: AC
// Takes hold of other processes' memory and registers.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
static int found;
static void never(const char *what, long result)
{
    if (result >= 0)
        found++, printf("%s\n", what);
}
int main(void)
{
    static char block[64];
    struct iovec mine = {block, sizeof(block)}, theirs = {(void *)0x400000, sizeof(block)};
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    pid_t others[] = {1, getppid(), child};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        int fd = (int)syscall(SYS_pidfd_open, others[i], 0);
        never("attach", ptrace(PTRACE_ATTACH, others[i], NULL, NULL));
        never("seize", ptrace(PTRACE_SEIZE, others[i], NULL, NULL));
        never("read memory", process_vm_readv(others[i], &mine, 1, &theirs, 1, 0));
        never("write memory", process_vm_writev(others[i], &mine, 1, &theirs, 1, 0));
        never("take a descriptor", syscall(SYS_pidfd_getfd, fd, 0, 0));
        never("compare", syscall(SYS_kcmp, others[i], getpid(), 0, 0, 0));
        never("advise", syscall(SYS_process_madvise, fd, &theirs, 1, 21, 0));
        close(fd);
    }
    never("be traced", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    kill(child, SIGKILL);
    if (!found)
        puts("safe");
}
