/* Reads N and N numbers, prints their sum, and leaves behind all that a program can: processes that ignore every signal
 * and are nobody's children, files, shared memory, semaphores, message queues, a pipe that nobody empties. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static void leave_processes(void)
{
    for (int i = 0; i < 4; i++) {
        if (fork() != 0)
            continue;
        setsid();
        if (fork() != 0)
            _exit(0);
        for (int number = 1; number < NSIG; number++)
            signal(number, SIG_IGN);
        for (;;)
            pause();
    }
}

static void leave_objects(void)
{
    static char block[1 << 20];
    int ends[2];

    memset(block, 'x', sizeof(block));
    for (int i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof(name), "/tmp/left-%d", i);
        (void)!write(open(name, O_WRONLY | O_CREAT, 0644), block, sizeof(block));
        shmget(IPC_PRIVATE, sizeof(block), IPC_CREAT | 0600);
        semget(IPC_PRIVATE, 8, IPC_CREAT | 0600);
        msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    }
    (void)!ftruncate(shm_open("/left", O_RDWR | O_CREAT, 0600), sizeof(block));
    mq_open("/left", O_RDWR | O_CREAT, 0600, NULL);
    if (pipe(ends) == 0)
        (void)!write(ends[1], block, 4096);
}

int main(void)
{
    long long sum = 0, number;
    int count;

    if (scanf("%d", &count) != 1)
        return 1;
    while (count-- > 0 && scanf("%lld", &number) == 1)
        sum += number;
    leave_objects();
    printf("%lld\n", sum);
    fflush(stdout);
    leave_processes();
    return 0;
}
