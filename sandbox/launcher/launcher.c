/* The launcher: process 1 of a cell. Starts each run in a box of its own and reports what became of it.
 *
 * Theory of operation. Three kinds of process are involved, all of the same unprivileged user:
 *
 *   the launcher   in the cell's namespaces plus a user and mount namespace of its own, where it holds capabilities
 *                  over the mounts that it made itself (root.c) and over nothing else. Single-threaded. Reads requests
 *                  on standard input, writes reports on standard output, works on one request at a time (run.c).
 *   a box's init   process 1 of fresh user, pid, mount, ipc and uts namespaces, a clone of the launcher that never
 *                  executes anything. Mounts the run's /proc and /tmp, gives up its capabilities, puts itself behind
 *                  the filter of seccomp.c, and waits to be told to go; then it starts the program, and when that ends
 *                  kills and reaps whatever else is left (box.c). Should it be killed itself, the kernel has killed
 *                  all else in the box before the launcher can see it.
 *   the program    and whatever it starts, without capabilities, behind the same filter, with three open
 *                  descriptors: pipes whose other ends the launcher holds, or a program in another cell (pipes.c).
 *
 * Every box serves one run. The next one is made as soon as a run has been reported, while the host looks at the report:
 * a run then costs little more than the exec of its program. Init and launcher share memory, the request and the
 * ledger, which is gone from the program at exec. No stream that a program can write to carries anything but its own
 * output.
 *
 * When the host goes away (end of input) the launcher ends, and as process 1 takes everything with it.
 *
 * Usage: launcher [--data] [--core N] IN OUT PATH...
 *   IN, OUT   the exchange directories; --data shows IN to boxes as /data
 *   --core    where there is no container to bind the cell to one processor
 *   PATH...   what of the system boxes may read */

#include "launcher.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Noreturn void die(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("launcher: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    _exit(70);
}

void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        die("shared memory: %s", strerror(errno));
    return memory;
}

static void bind_to_core(const char *number)
{
    cpu_set_t cores;

    CPU_ZERO(&cores);
    CPU_SET((size_t)atoi(number), &cores);
    if (sched_setaffinity(0, sizeof(cores), &cores) < 0)
        die("bind to processor %s: %s", number, strerror(errno));
}

static struct options parse_options(char **arguments)
{
    struct options options = {0};

    for (; *arguments && (*arguments)[0] == '-'; arguments++) {
        if (strcmp(*arguments, "--data") == 0)
            options.shows_data = true;
        else if (strcmp(*arguments, "--core") == 0 && arguments[1])
            bind_to_core(*++arguments);
        else
            break;
    }
    if (!arguments[0] || !arguments[1] || !arguments[2])
        die("usage: launcher [--data] [--core N] IN OUT PATH...");
    options.in_path = arguments[0];
    options.out_path = arguments[1];
    options.system_paths = arguments + 2;
    return options;
}

static void say_hello(const struct meter *meter, bool is_reporting, bool has_landlock)
{
    begin_message(HELLO);
    put_number(F_VERSION, PROTOCOL_VERSION);
    put_number(F_CGROUP, meter->cpu_fd < 0 ? 0 : meter->is_v2 ? 2 : 1);
    put_number(F_BOUNDED, meter->oom_fd >= 0);
    put_number(F_REPORTING, is_reporting);
    put_number(F_LANDLOCK, has_landlock);
    send_message();
}

static void say_done(void)
{
    begin_message(DONE);
    send_message();
}

static void serve(const struct request *request, struct exchange exchange, const struct meter *meter)
{
    switch (request->kind) {
    case RUN:
        run_box(&request->run, exchange, meter);
        break;
    case LOAD:
        discard_box(); /* it shows the old /work */
        if (unpack_bundle(exchange.in, request->name))
            say_done();
        else
            refuse("the bundle %s cannot be unpacked", request->name);
        break;
    case STOP: /* the run that it was for has ended */
        break;
    case SAVE:
        if (pack_work(exchange.out, request->name, request->max_bytes))
            say_done();
        else
            refuse("what was made in /work is more than a program may be");
        break;
    default:
        die("a message of kind %d", request->kind);
    }
}

/* Several threads of a run that compute all the time would keep the launcher, and a box's init that is to be killed,
 * waiting for their turn on the core, far beyond the run's limit. Short slices bring them forward (Linux 6.12; earlier
 * kernels take no notice) and need no privilege. */
void ask_for_short_slices(void)
{
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime_ns, deadline_ns, period_ns;
    } attributes = {.size = 48, .flags = SCHED_FLAG_RESET_ON_FORK, .runtime_ns = 100000};

    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

int main(int count, char **arguments)
{
    struct meter meter;

    (void)count;
    struct options options = parse_options(arguments + 1);
    signal(SIGPIPE, SIG_IGN);
    ask_for_short_slices();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        die("no_new_privs");
    open_meter(&meter, getpid() == 1);
    /* A descriptor opened outside the new mount namespace cannot be bound in it; the working folder moves along. */
    if (options.shows_data && chdir(options.in_path) < 0)
        die("enter %s: %s", options.in_path, strerror(errno));
    enter_cell();
    struct exchange exchange = build_root(&options);
    struct request *request = new_request();
    open_listeners();
    bool is_reporting = compile_filter(), has_landlock = open_landlock();
    say_hello(&meter, is_reporting, has_landlock);
    while (read_request(request))
        serve(request, exchange, &meter);
    return 0;
}
