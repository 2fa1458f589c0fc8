/* Lines there and back between two programs on one core, each waiting for the other's.
 *
 * talk ask N    says N numbers and wants each back
 * talk echo     says back what it hears
 * talk both N   the same two over pipes of its own; prints how long it took, in microseconds */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ask(int times)
{
    int got;

    for (int i = 0; i < times; i++) {
        printf("%d\n", i);
        fflush(stdout);
        if (scanf("%d", &got) != 1 || got != i)
            return 1;
    }
    return 0;
}

static int echo(void)
{
    int number;

    while (scanf("%d", &number) == 1) {
        printf("%d\n", number);
        fflush(stdout);
    }
    return 0;
}

static pid_t start(int in, int out, int other_in, int other_out, int times)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    dup2(in, 0);
    dup2(out, 1);
    close(in);
    close(out);
    close(other_in);
    close(other_out);
    _exit(times ? ask(times) : echo());
}

static double now_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int both(int times)
{
    int there[2], back[2], failed = 0, status;
    double begun = now_us();

    if (pipe(there) < 0 || pipe(back) < 0)
        return 1;
    if (start(back[0], there[1], there[0], back[1], times) < 0 || start(there[0], back[1], back[0], there[1], 0) < 0)
        return 1;
    close(there[0]);
    close(there[1]);
    close(back[0]);
    close(back[1]);
    while (wait(&status) > 0)
        failed |= status;
    printf("%.0f\n", now_us() - begun);
    return failed != 0;
}

int main(int count, char **words)
{
    int times = count > 2 ? atoi(words[2]) : 0;

    if (count > 2 && strcmp(words[1], "ask") == 0)
        return ask(times);
    if (count > 2 && strcmp(words[1], "both") == 0)
        return both(times);
    return echo();
}
