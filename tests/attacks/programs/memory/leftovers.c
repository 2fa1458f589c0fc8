// covers: B21
// expect: AC
// memory_mib: 40
// most_memory_mib: 16
// The first test case's run fills files and shared memory, the second does nothing: nothing of it is the second's.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>
static char block[1 << 20];
int main(void)
{
    int first, second;
    if (scanf("%d %d", &first, &second) == 2 && first == 1) {
        int fd = open("/tmp/left", O_CREAT | O_WRONLY, 0600);
        for (int i = 0; i < 12; i++)
            (void)!write(fd, block, sizeof(block));
        int id = shmget(IPC_PRIVATE, 12 << 20, 0600);
        memset(shmat(id, NULL, 0), 1, 12 << 20);
    }
    puts("safe");
}
