// covers: B08
// expect: AC MLE
// memory_mib: 32
// times: 2
// Shared memory of three kinds, made and never removed; the next run must find none, and have room of its own.
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <unistd.h>
int main(void)
{
    const long size = 4 << 20;
    if (shm_open("/judge-attack", O_RDWR, 0600) >= 0 || shmget(0x7a7a, 1, 0) >= 0 || msgget(0x7a7a, 0) >= 0 ||
        mq_open("/judge-attack", O_RDONLY) != (mqd_t)-1)
        return puts("found what an earlier run left") < 0;
    int fd = shm_open("/judge-attack", O_CREAT | O_RDWR, 0666);
    if (fd >= 0 && ftruncate(fd, size) == 0)
        memset(mmap(NULL, (size_t)size, PROT_WRITE | PROT_READ, MAP_SHARED, fd, 0), 1, (size_t)size);
    int id = shmget(0x7a7a, (size_t)size, IPC_CREAT | 0666);
    void *segment = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
    if (segment != (void *)-1)
        memset(segment, 1, (size_t)size);
    int queue = msgget(0x7a7a, IPC_CREAT | 0666);
    struct { long kind; char text[4096]; } message = {1, "left"};
    while (queue >= 0 && msgsnd(queue, &message, sizeof(message.text), IPC_NOWAIT) == 0)
        ;
    mq_open("/judge-attack", O_CREAT | O_RDWR, 0666, NULL);
    puts("safe");
}
