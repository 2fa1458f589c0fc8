// covers: B08
// expect: MLE
// memory_mib: 32
// Level local watches processes, and nothing of this is in a process; the size of /tmp is its bound.
// expect@local: MLE AC RTE
// each: 0 1
// Fills shared memory that no process has mapped.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
static char block[1 << 20];
int main(void)
{
    memset(block, 1, sizeof(block));
    if (@EACH@) {
        int fd = shm_open("/judge-attack-hoard", O_CREAT | O_RDWR, 0600);
        for (int i = 0; i < 256 && write(fd, block, sizeof(block)) == sizeof(block); i++)
            ;
    } else
        for (int i = 0; i < 256; i++) {
            int id = shmget(IPC_PRIVATE, sizeof(block), 0600);
            void *at = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
            if (at == (void *)-1)
                break;
            memset(at, 1, sizeof(block));
            shmdt(at);
        }
    puts("safe");
}
