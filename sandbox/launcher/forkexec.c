/* The bench's yardstick: how long a bare fork, exec and wait of a program take, without any box.
 *
 * Usage: forkexec COUNT PROGRAM   prints one duration in nanoseconds a line */

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    char *const program[] = {arguments[2], NULL};
    for (int left = atoi(arguments[1]); left > 0; left--) {
        uint64_t begun = now_ns();
        int status = -1;
        pid_t child = fork();
        if (child == 0) {
            execv(program[0], program);
            _exit(127);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            return 1;
        printf("%llu\n", (unsigned long long)(now_ns() - begun));
    }
    return 0;
}
