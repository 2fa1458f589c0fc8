/* A program that does what its arguments say, one after the other: one side of a talk. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    _exit(99);
}

static void say(const char *text)
{
    size_t size = strlen(text);

    if (write(1, text, size) != (ssize_t)size || write(1, "\n", 1) != 1)
        fail("say");
}

/* A line without its end; false at the end of the stream. */
static int hear(char *line, size_t size)
{
    size_t got = 0;

    while (got + 1 < size) {
        ssize_t one = read(0, line + got, 1);
        if (one < 0)
            fail("hear");
        if (one == 0)
            return 0;
        if (line[got] == '\n')
            break;
        got++;
    }
    line[got] = 0;
    return 1;
}

static void hear_end(void)
{
    char chunk[65536];
    ssize_t got;

    while ((got = read(0, chunk, sizeof(chunk))) > 0)
        ;
    if (got < 0)
        fail("end");
}

static double cpu_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void flood(long bytes)
{
    static char chunk[65536];

    while (bytes > 0) {
        ssize_t put = write(1, chunk, bytes < (long)sizeof(chunk) ? (size_t)bytes : sizeof(chunk));
        if (put < 0)
            fail("flood");
        bytes -= put;
    }
}

/* Numbers there and back. */
static void ask(long times)
{
    char line[32];
    int got;

    for (long i = 0; i < times; i++) {
        snprintf(line, sizeof(line), "%ld", i);
        say(line);
        if (!hear(line, sizeof(line)) || sscanf(line, "%d", &got) != 1 || got != i)
            _exit(43);
    }
}

static void echo(void)
{
    char line[256];

    while (hear(line, sizeof(line)))
        say(line);
}

/* A descriptor of its own for standard output, again and again. */
static void reopen(long times)
{
    for (long i = 0; i < times; i++) {
        int fd = open("/dev/stdout", O_WRONLY);
        if (fd < 0 || write(fd, "again\n", 6) != 6 || close(fd) < 0)
            fail("reopen");
    }
}

static void nap(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static void child(int keeps_pipes)
{
    if (fork() != 0)
        return;
    if (!keeps_pipes) {
        close(0);
        close(1);
        _exit(0);
    }
    for (;;)
        pause();
}

static void act(const char *word)
{
    const char *value = strchr(word, '=') ? strchr(word, '=') + 1 : "";
    size_t length = strcspn(word, "=");
    char line[256];

#define IS(name) (length == strlen(name) && strncmp(word, name, length) == 0)
    if (IS("say")) say(value);
    else if (IS("hear")) { if (!hear(line, sizeof(line)) || (*value && strcmp(line, value) != 0)) _exit(98); }
    else if (IS("end")) hear_end();
    else if (IS("echo")) echo();
    else if (IS("ask")) ask(atol(value));
    else if (IS("flood")) flood(atol(value));
    else if (IS("spin")) while (cpu_s() < atof(value)) ;
    else if (IS("nap")) nap(atol(value));
    else if (IS("hang")) for (;;) pause();
    else if (IS("close")) close(atoi(value));
    else if (IS("child")) child(atoi(value));
    else if (IS("reopen")) reopen(atol(value));
    else if (IS("kill")) kill(getpid(), atoi(value));
    else if (IS("stdin") || IS("stdout")) { if (!freopen(value, IS("stdin") ? "r" : "w", IS("stdin") ? stdin : stdout)) fail(value); }
    else if (IS("exit")) _exit(atoi(value));
    else { fprintf(stderr, "unknown: %s\n", word); _exit(97); }
}

int main(int count, char **words)
{
    for (int i = 1; i < count; i++)
        act(words[i]);
    return 0;
}
