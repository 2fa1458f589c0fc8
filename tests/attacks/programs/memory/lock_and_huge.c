// covers: B17
// expect: AC
// Under gVisor locking is a word only: no memory is locked, and what there is of it counts.
// expect@gvisor: AC WA
// Memory that the kernel could not take back: locked, in huge pages, secret.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
static int found;
static void never(const char *what, int worked)
{
    if (worked)
        found++, printf("%s\n", what);
}
int main(void)
{
    static char page[8192];
    struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
    never("raised the limit", setrlimit(RLIMIT_MEMLOCK, &most) == 0);
    never("locked all", mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
    never("locked", mlock(page, sizeof(page)) == 0);
    never("locked in shared memory", syscall(SYS_shmctl, syscall(SYS_shmget, 0, 4096, 0600 | 01000), 11, NULL) == 0);
    /* That the host has none to give is luck. */
    never("huge pages", mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) != MAP_FAILED || errno != EPERM);
    never("huge pages in a file", memfd_create("huge", MFD_HUGETLB) >= 0);
    never("secret memory", syscall(SYS_memfd_secret, 0) >= 0);
    if (!found)
        puts("safe");
}
