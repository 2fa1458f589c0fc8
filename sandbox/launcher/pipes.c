/* Standard streams that lead to a program in another cell.
 *
 * Two FIFOs connect the programs, with nobody in between. Their launchers only see to it that it can be told who left
 * first: each holds an end of its own beside the one that its program writes to, so that the other program finds no end
 * of the stream before this launcher has seen it and written down when. Then it lets go.
 *
 * inotify(7) tells that somebody, in whichever cell, closed an end; whether anybody in our box still has one is then read
 * from /proc. Kernels without inotify for FIFOs are asked every few milliseconds. A program may go on without reading:
 * what is sent to it is thrown away, so that the other one neither waits for ever nor is ended by SIGPIPE. After the run
 * the host, who has reading ends as well, does the same. */

#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define READING 1u
#define WRITING 2u
/* Between two looks where nobody tells us. */
#define BLIND_NS 5000000u
/* Looking takes this part of the time at most, whatever a program does to have us look. */
#define LOOKING_PART 10

/* Index 0 is the FIFO that the program reads from, 1 the one that it writes to. */
static int programs[2] = {-1, -1}, held[2] = {-1, -1};
static struct stat fifos[2];
static int watches[2];
static int notices = -1;
static bool has_notices, is_to_look;
static unsigned in_use; /* ends that the program has, as far as we know */
static uint64_t look_at_ns, left_at_ns;

/* One end, without waiting for the other side: the host has both open. */
static int open_end(int directory, const char *name, int flags)
{
    struct stat stat;
    int fd = openat(directory, name, flags | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || (fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode)))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

static bool open_both(int directory, const char *name, int which)
{
    int flags = which == 0 ? O_RDONLY : O_WRONLY;

    programs[which] = open_end(directory, name, flags);
    held[which] = open_end(directory, name, flags);
    return programs[which] >= 0 && held[which] >= 0 && fcntl(programs[which], F_SETFL, flags) == 0 &&
           fstat(held[which], &fifos[which]) == 0;
}

/* -1 where the kernel has no inotify; a watch that cannot be had is as good as none. */
static void watch_end(int which)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", held[which]);
    watches[which] = notices < 0 ? -1 : inotify_add_watch(notices, path, which ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
    has_notices &= watches[which] >= 0;
}

/* Opens the ends of the FIFOs that the request names; false leaves why in errno. */
bool open_pipes(struct exchange exchange, const struct run_request *request)
{
    static bool was_tried;

    if (!was_tried)
        notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    was_tried = true;
    if (!open_both(exchange.in, request->stdin_pipe, 0) || !open_both(exchange.out, request->stdout_pipe, 1)) {
        int error = errno;
        close_pipes();
        errno = error;
        return false;
    }
    has_notices = true;
    watch_end(0);
    watch_end(1);
    in_use = READING | WRITING;
    left_at_ns = look_at_ns = 0;
    is_to_look = !has_notices;
    return true;
}

/* Hands over what becomes the program's standard input and output, once. */
void take_programs_ends(int *reading, int *writing)
{
    *reading = programs[0];
    *writing = programs[1];
    programs[0] = programs[1] = -1;
}

static void empty_notices(void)
{
    char events[4096];

    while (notices >= 0 && read(notices, events, sizeof(events)) > 0)
        ;
}

void close_pipes(void)
{
    for (int i = 0; i < 2; i++) {
        close_fd(&programs[i]);
        if (held[i] >= 0 && watches[i] >= 0)
            (void)inotify_rm_watch(notices, watches[i]);
        close_fd(&held[i]);
        watches[i] = -1;
    }
    empty_notices();
    in_use = 0;
}

/* The ends among `wanted` that this table of descriptors has. One that may not be read has them all. */
static unsigned ends_in_table(const char *path, unsigned wanted)
{
    unsigned found = 0;
    struct stat behind, link;
    DIR *table = opendir(path);

    if (!table)
        return errno == ENOENT || errno == ESRCH ? 0 : wanted;
    for (struct dirent *entry; (found & wanted) != wanted && (entry = readdir(table));) {
        if (fstatat(dirfd(table), entry->d_name, &behind, 0) < 0 || !S_ISFIFO(behind.st_mode) ||
            fstatat(dirfd(table), entry->d_name, &link, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        /* The link's mode says which way the descriptor is open (proc_pid_fd(5)). */
        if (behind.st_ino == fifos[0].st_ino && behind.st_dev == fifos[0].st_dev && link.st_mode & S_IRUSR)
            found |= READING;
        if (behind.st_ino == fifos[1].st_ino && behind.st_dev == fifos[1].st_dev && link.st_mode & S_IWUSR)
            found |= WRITING;
    }
    closedir(table);
    return found & wanted;
}

/* Each thread may have a table of its own. */
static unsigned ends_of_process(const char *process, unsigned wanted)
{
    char path[80];
    unsigned found = 0;

    snprintf(path, sizeof(path), "/proc/%.10s/task", process);
    DIR *threads = opendir(path);
    if (!threads)
        return 0;
    for (struct dirent *thread; found != wanted && (thread = readdir(threads));) {
        if (thread->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%.10s/task/%.10s/fd", process, thread->d_name);
        found |= ends_in_table(path, wanted);
    }
    closedir(threads);
    return found;
}

static unsigned ends_in_box(pid_t init, unsigned wanted)
{
    unsigned found = 0;
    DIR *processes = opendir("/proc");

    if (!processes)
        die("open /proc: %s", strerror(errno));
    for (struct dirent *process; found != wanted && (process = readdir(processes));) {
        pid_t pid = atoi(process->d_name);
        if (pid > 1 && pid != init)
            found |= ends_of_process(process->d_name, wanted);
    }
    closedir(processes);
    return found;
}

/* To be polled for input. While a look is due nobody need wake us for another one. */
int noticing_fd(void)
{
    return in_use && has_notices && !is_to_look ? notices : -1;
}

void hear_notices(void)
{
    is_to_look = true;
}

/* Finds out what the program still has, if there is a reason to; says when to look next. `is_running` from when the box's
 * init has let go of its own ends: before that the program has them all. */
uint64_t look_at_pipes(pid_t init, bool is_running)
{
    uint64_t begun = now_ns();

    if (!in_use || !is_to_look)
        return UINT64_MAX;
    if (begun < look_at_ns)
        return look_at_ns;
    /* What is closed from here on is noticed anew. */
    empty_notices();
    unsigned found = is_running ? ends_in_box(init, in_use) : in_use;
    uint64_t now = now_ns();
    if (!found)
        left_at_ns = now;
    if (in_use & ~found & WRITING)
        close_fd(&held[1]);
    in_use = found;
    is_to_look = !is_running || !has_notices;
    look_at_ns = now + LOOKING_PART * (now - begun) + (is_to_look ? BLIND_NS : 0);
    return is_to_look && in_use ? look_at_ns : UINT64_MAX;
}

/* To be polled for input: what nobody in the box is going to read. */
int draining_fd(void)
{
    return in_use & READING ? -1 : held[0];
}

void drain_pipe(void)
{
    static char nothing[64 << 10];
    ssize_t got = read(held[0], nothing, sizeof(nothing));

    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        close_fd(&held[0]);
}

/* The program is dead since `at_ns` or, if it let go before, has been gone for longer: now the other one may know. */
uint64_t leave_pipes(uint64_t at_ns)
{
    uint64_t left = left_at_ns && left_at_ns < at_ns ? left_at_ns : at_ns;

    close_pipes();
    return left;
}
