// covers: B16
// expect: AC MLE TLE
// memory_mib: 32
// As many mappings as the kernel allows, in as many processes.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    int made = 0;
    while (made < 100000 && mmap(NULL, 4096, made % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        made++;
    for (int i = 0; i < 20; i++)
        if (fork() == 0)
            _exit(0);
    while (wait(NULL) > 0)
        ;
    printf(made < 100000 ? "safe\n" : "%d\n", made);
}
