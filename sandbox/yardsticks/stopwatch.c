/* The bench's yardstick: how long fork, exec and wait of commands take, with nothing around them but what they make.
 *
 * Usage: stopwatch COUNT WARM_UP COMMAND [ARGUMENT...] [--then COMMAND [ARGUMENT...]]...
 *
 * Runs the commands one after the other, WARM_UP + COUNT times, and prints the nanoseconds that each of the last COUNT
 * rounds took, one number a line. A command that does not end with exit code 0 ends the stopwatch with 1. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_COMMANDS 8

static uint64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int run(char *const command[])
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        execv(command[0], command);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return -1;
    return status;
}

/* Cuts the words into commands, each ending in NULL; 0 where there are none or too many. */
static int split(char **words, char **commands[])
{
    int count = 0;

    for (commands[count++] = words; *words; words++) {
        if (strcmp(*words, "--then") != 0)
            continue;
        *words = NULL;
        if (count == MOST_COMMANDS)
            return 0;
        commands[count++] = words + 1;
    }
    for (int i = 0; i < count; i++)
        if (!commands[i][0])
            return 0;
    return count;
}

/* What commands say is thrown away: nobody waits for a reader while the clock runs. Inherited, it costs them no call. */
static int silence(void)
{
    int report = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (report < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        return -1;
    return report;
}

int main(int count, char **arguments)
{
    char **commands[MOST_COMMANDS];

    if (count < 4)
        return 2;
    int rounds = atoi(arguments[1]), warm_up = atoi(arguments[2]);
    int steps = split(arguments + 3, commands), report = silence();
    if (steps == 0 || report < 0)
        return 2;
    for (int round = -warm_up; round < rounds; round++) {
        uint64_t begun = now_ns();
        for (int i = 0; i < steps; i++) {
            int status = run(commands[i]);
            if (status != 0) {
                fprintf(stderr, "%s ended with status 0x%x\n", commands[i][0], (unsigned)status);
                return 1;
            }
        }
        if (round >= 0)
            dprintf(report, "%llu\n", (unsigned long long)(now_ns() - begun));
    }
    return 0;
}
