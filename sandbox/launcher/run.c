/* One box, from the outside: makes it, feeds it, watches its limits, and reports when everything in it is dead. */

#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000u
/* A process that grows is noticed this late where no control group notices it at once. */
#define WATCH_NS (10 * MS)
/* Out-of-memory kills of a child are noticed this late; that of the program itself at once. */
#define TICK_NS (50 * MS)
/* Reading who disturbed a run costs more than a short run, and what the counters tick in is as long. */
#define LONG_NS (10 * MS)
/* What a run may leave behind while the next one begins, and how long is waited for the rest of it to be freed. */
#define LEFT_BYTES (1u << 20)
#define MOST_SETTLING_NS (100 * MS)
/* So many times its wall limit a run on a disturbed host may take on top. */
#define MOST_PATIENCE 4

struct watch {
    const struct run_request *request;
    const struct meter *meter;
    struct ledger *ledger;
    struct prepared *prepared;
    struct exchange exchange;
    int input, output; /* files; -1: there is none */
    uint64_t output_bytes;
    char *stderr_text;
    size_t stderr_bytes;
    char *chunk;          /* input on its way into the pipe */
    size_t chunk_at, chunk_size;
    uint64_t own_cpu_base_ns, oom_base, memory_base;
    uint64_t seen_cpu_ns, seen_rss_bytes; /* the most that a look at single processes showed */
    uint64_t waited_ns; /* for its core, as far as it was looked at */
    struct disturbance disturbance_base;
    uint64_t killed_ns, left_at_ns;
    uint64_t kept_bytes; /* of feedback, on their way to the disk */
    bool is_long;       /* worth a look at disturbances */
    enum ended_by ended_by;
    bool killed;
};

static char feed_chunk[PIPE_BYTES], catch_chunk[PIPE_BYTES];
static char stderr_buffer[FRAME_BYTES / 2];

static void kill_box(struct watch *watch, enum ended_by reason)
{
    if (watch->killed)
        return;
    watch->killed = true;
    watch->killed_ns = now_ns();
    watch->ended_by = reason;
    kill_init();
    /* The init may have been made to wait long for its core, which it needs to die in and end the others: all but us are
     * the run's, and die by themselves. */
    kill(-1, SIGKILL);
}

/* Moves input into the pipe until it is full or the input ends. A program that closes its input is no error. */
static void feed_input(struct watch *watch)
{
    for (;;) {
        if (watch->chunk_at == watch->chunk_size) {
            ssize_t got = watch->input < 0 ? 0 : read(watch->input, watch->chunk, PIPE_BYTES);
            if (got < 0)
                die("read input: %s", strerror(errno));
            if (got == 0) {
                close_fd(&watch->prepared->feed);
                return;
            }
            watch->chunk_at = 0;
            watch->chunk_size = (size_t)got;
        }
        ssize_t put = write(watch->prepared->feed, watch->chunk + watch->chunk_at, watch->chunk_size - watch->chunk_at);
        if (put < 0 && errno == EAGAIN)
            return;
        if (put < 0) {
            close_fd(&watch->prepared->feed);
            return;
        }
        watch->chunk_at += (size_t)put;
    }
}

static void store_output(struct watch *watch, const char *data, size_t size)
{
    uint64_t room = watch->request->output_bytes - watch->output_bytes;
    size_t kept = size < room ? size : (size_t)room;

    for (size_t done = 0; done < kept;) {
        ssize_t put = write(watch->output, data + done, kept - done);
        if (put < 0)
            die("write output: %s", strerror(errno));
        done += (size_t)put;
    }
    watch->output_bytes += kept;
    if (kept < size)
        kill_box(watch, BY_OUTPUT);
}

static void store_stderr(struct watch *watch, const char *data, size_t size)
{
    size_t room = watch->request->stderr_bytes - watch->stderr_bytes;
    size_t kept = size < room ? size : room;

    memcpy(watch->stderr_text + watch->stderr_bytes, data, kept);
    watch->stderr_bytes += kept;
}

/* Reads what a pipe holds and says whether there may be more: at most a few chunks, so that a flood cannot keep the
 * limits from being looked at. */
static bool catch_stream(struct watch *watch, int *fd, void (*store)(struct watch *, const char *, size_t))
{
    for (int chunks = 0; chunks < 8; chunks++) {
        ssize_t got = read(*fd, catch_chunk, sizeof(catch_chunk));
        if (got < 0 && errno == EAGAIN)
            return false;
        if (got <= 0) {
            close_fd(fd);
            return false;
        }
        store(watch, catch_chunk, (size_t)got);
    }
    return true;
}

/* What the control group counted since the run began, less what the launcher itself used of it. A counter that cannot
 * be read, or runs backwards, must not look like a run that used up everything. */
static uint64_t metered_cpu_ns(const struct watch *watch)
{
    uint64_t now = meter_cpu_ns(watch->meter), base = watch->ledger->cpu_base_ns;
    uint64_t own = own_cpu_ns() - watch->own_cpu_base_ns;

    /* Without a base the run has not begun. */
    return base && now > base + own ? now - base - own : 0;
}

/* Processor time of the run so far. */
static uint64_t used_cpu_ns(struct watch *watch, uint64_t *rss_bytes)
{
    uint64_t used;

    *rss_bytes = 0;
    if (watch->meter->cpu_fd < 0) {
        watch_processes(&used, rss_bytes);
        used += atomic_load(&watch->ledger->reaped_cpu_ns);
        watch->seen_cpu_ns = used > watch->seen_cpu_ns ? used : watch->seen_cpu_ns;
    } else if (watch->meter->oom_fd < 0) {
        used = meter_memory(watch->meter->memory_fd);
        *rss_bytes = used > watch->memory_base ? used - watch->memory_base : 0;
    }
    watch->seen_rss_bytes = *rss_bytes > watch->seen_rss_bytes ? *rss_bytes : watch->seen_rss_bytes;
    return watch->meter->cpu_fd < 0 ? watch->seen_cpu_ns : metered_cpu_ns(watch);
}

/* The wall limit is there for programs that wait, not for hosts that keep them waiting: time in which the run was ready
 * and something else had its core does not count, up to a bound that holds whatever happens. */
static uint64_t wall_limit_ns(struct watch *watch, uint64_t wall)
{
    uint64_t limit = watch->request->wall_ms * MS;

    if (wall < limit)
        return limit;
    watch->waited_ns = longest_wait_ns();
    return limit + (watch->waited_ns < MOST_PATIENCE * limit ? watch->waited_ns : MOST_PATIENCE * limit);
}

/* Ends the run if it passed a limit; else says how long it may go on before the next look. */
static uint64_t enforce(struct watch *watch)
{
    uint64_t rss, now = now_ns(), started = watch->ledger->started_ns;
    uint64_t wall = started && now > started ? now - started : 0, wall_limit = wall_limit_ns(watch, wall);
    uint64_t cpu_limit = watch->request->cpu_ms * MS, cpu = used_cpu_ns(watch, &rss);
    uint64_t next = watch->meter->oom_fd < 0 ? WATCH_NS : TICK_NS;

    if (!watch->is_long && wall > LONG_NS) {
        watch->is_long = true;
        watch->disturbance_base = meter_disturbance(watch->meter);
    }
    next = !watch->is_long && next > LONG_NS ? LONG_NS : next;

    if (meter_oom_kills(watch->meter) > watch->oom_base || rss > watch->request->memory_bytes)
        kill_box(watch, BY_MEMORY);
    else if (cpu >= cpu_limit)
        kill_box(watch, BY_CPU);
    else if (wall >= wall_limit)
        kill_box(watch, BY_WALL);
    else {
        /* The run is pinned to one core, so that it cannot use up what is left any sooner than this. */
        next = cpu_limit - cpu < next ? cpu_limit - cpu : next;
        next = wall_limit - wall < next ? wall_limit - wall : next;
    }
    return next < MS / 2 ? MS / 2 : next;
}

/* The host may have seen enough of a run that talks to another one. */
static void heed_host(struct watch *watch, short events)
{
    if (events & (POLLHUP | POLLERR))
        die("the host went away during a run");
    if (!(events & POLLIN))
        return;
    read_stop();
    kill_box(watch, BY_STOP);
}

/* Until everything of the run is dead: its init says so, or is dead itself. */
static void attend(struct watch *watch)
{
    const short host = watch->request->stdin_pipe ? POLLIN : 0;
    /* Limits are whole milliseconds: none can have been passed before. */
    uint64_t look_at = now_ns() + MS;

    for (;;) {
        struct pollfd fds[] = {
            {child_ends(), POLLIN, 0}, {watch->prepared->feed, POLLOUT, 0}, {watch->prepared->catch, POLLIN, 0},
            {watch->prepared->err, POLLIN, 0}, {STDIN_FILENO, host, 0}, {watch->prepared->box.done, POLLIN, 0},
            {listening_fd(), POLLIN, 0}, {noticing_fd(), POLLIN, 0}, {draining_fd(), POLLIN, 0},
        };
        uint64_t pipes_at = look_at_pipes(watch->prepared->init, atomic_load(&watch->ledger->is_running));
        uint64_t now = now_ns();
        if (now >= look_at)
            look_at = now + enforce(watch);
        uint64_t next_at = pipes_at < look_at ? pipes_at : look_at, next = next_at > now ? next_at - now : 0;
        struct timespec timeout = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)};

        if (ppoll(fds, sizeof(fds) / sizeof(*fds), &timeout, NULL) < 0 && errno != EINTR)
            die("poll: %s", strerror(errno));
        heed_host(watch, fds[4].revents);
        if (fds[1].revents)
            feed_input(watch);
        if (fds[2].revents)
            catch_stream(watch, &watch->prepared->catch, store_output);
        if (fds[3].revents)
            catch_stream(watch, &watch->prepared->err, store_stderr);
        if (fds[6].revents & POLLIN)
            hear_listener();
        if (fds[7].revents)
            hear_notices();
        if (fds[8].revents)
            drain_pipe();
        if (fds[5].revents || (fds[0].revents && init_is_dead()))
            return;
    }
}

/* What the dead left in the pipes. Nobody can write any more, so this ends. */
static void drain(struct watch *watch)
{
    while (catch_stream(watch, &watch->prepared->catch, store_output))
        ;
    while (catch_stream(watch, &watch->prepared->err, store_stderr))
        ;
}

static void put_disturbance(const struct watch *watch)
{
    struct disturbance since = watch->disturbance_base, now = {0};

    if (watch->is_long)
        now = meter_disturbance(watch->meter);
    put_number(F_THROTTLED_NS, now.throttled_ns - since.throttled_ns);
    put_number(F_STEAL_NS, now.steal_ns - since.steal_ns);
    put_number(F_STALLED_NS, now.stalled_ns - since.stalled_ns);
}

/* What is left of the run in memory, its output on the way to the disk aside, would count as the next run's peak: that is
 * reset by the host as soon as it has the report. So the box goes first where it matters, and elsewhere later, when
 * nobody waits. */
static void settle(const struct watch *watch)
{
    const struct timespec pause = {0, 200000};
    uint64_t fine = watch->memory_base + watch->output_bytes + watch->kept_bytes + LEFT_BYTES, begun = now_ns();

    if (watch->meter->oom_fd < 0 || meter_memory(watch->meter->memory_fd) <= fine)
        return;
    clear_box();
    while (meter_memory(watch->meter->memory_fd) > fine && now_ns() - begun < MOST_SETTLING_NS)
        nanosleep(&pause, NULL);
}

static void send_report(struct watch *watch, uint64_t begun_ns)
{
    struct ledger *ledger = watch->ledger;
    uint64_t reaped = atomic_load(&ledger->reaped_cpu_ns);
    uint64_t cpu = reaped > watch->seen_cpu_ns ? reaped : watch->seen_cpu_ns;
    uint64_t wall = (ledger->ended_ns ? ledger->ended_ns : now_ns()) - ledger->started_ns;

    if (watch->meter->cpu_fd >= 0)
        cpu = metered_cpu_ns(watch);
    begin_message(REPORT);
    put_number(F_ENDED_BY, watch->ended_by == BY_STOP && ledger->ended_ns ? BY_ITSELF : watch->ended_by);
    if (!ledger->ended_ns)
        put_number(F_SIGNAL, SIGKILL); /* killed with its box before it could end */
    else if (WIFSIGNALED(ledger->status))
        put_number(F_SIGNAL, (uint64_t)WTERMSIG(ledger->status));
    else
        put_number(F_EXIT_CODE, (uint64_t)WEXITSTATUS(ledger->status));
    if (ledger->exec_errno)
        put_number(F_EXEC_ERRNO, (uint64_t)ledger->exec_errno);
    put_number(F_CPU_NS, cpu);
    put_number(F_WALL_NS, wall);
    put_number(F_PEAK_RSS, ledger->peak_rss_bytes);
    put_number(F_CGROUP_START, watch->memory_base);
    put_number(F_CGROUP_PEAK, meter_memory(watch->meter->peak_fd));
    put_number(F_OOM_KILLS, meter_oom_kills(watch->meter) - watch->oom_base);
    put_number(F_SWITCHES, ledger->switches);
    put_number(F_MAJOR_FAULTS, ledger->major_faults);
    put_number(F_MINOR_FAULTS, ledger->minor_faults);
    put_number(F_WAITED_NS, watch->waited_ns);
    put_disturbance(watch);
    put_denials();
    put_number(F_STDOUT_BYTES, watch->output_bytes);
    put_bytes(F_STDERR_TEXT, watch->stderr_text, watch->stderr_bytes);
    if (watch->request->feedback[0])
        put_feedback_files(watch->request->feedback);
    if (watch->request->feedback_to &&
        pack_feedback(watch->exchange.out, watch->request->feedback_to, &watch->kept_bytes))
        put_number(F_FEEDBACK_KEPT, watch->kept_bytes);
    if (watch->left_at_ns)
        put_number(F_LEFT_AT_NS, watch->left_at_ns);
    put_number(F_BOX_NS, now_ns() - begun_ns - wall);
    settle(watch);
    send_message();
}

/* Decides about memory now that nothing can change any more. */
static void judge_memory(struct watch *watch)
{
    if (watch->seen_rss_bytes > watch->ledger->peak_rss_bytes)
        watch->ledger->peak_rss_bytes = watch->seen_rss_bytes;
    if (meter_oom_kills(watch->meter) > watch->oom_base)
        watch->ended_by = BY_MEMORY;
    if (watch->meter->oom_fd < 0 && watch->ledger->peak_rss_bytes > watch->request->memory_bytes)
        watch->ended_by = BY_MEMORY;
}

static bool open_files(struct watch *watch)
{
    const struct run_request *request = watch->request;

    watch->input = watch->output = -1;
    if (request->stdin_pipe)
        return open_pipes(watch->exchange, request);
    if (request->stdin_name) {
        watch->input = openat(watch->exchange.in, request->stdin_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (watch->input < 0)
            return false;
    }
    watch->output = openat(watch->exchange.out, request->stdout_name,
                           O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (watch->output >= 0)
        return true;
    close_fd(&watch->input);
    return false;
}

/* The host holds the pipes open until both programs have them. */
static void say_opened(void)
{
    begin_message(OPENED);
    put_number(F_OPENED_AT_NS, now_ns());
    send_message();
}

static void go(struct watch *watch)
{
    const uint64_t one = 1;

    watch_listener();
    watch->oom_base = meter_oom_kills(watch->meter);
    watch->memory_base = meter_memory(watch->meter->memory_fd);
    /* From here on what the launcher itself uses is told apart from the run. */
    watch->own_cpu_base_ns = own_cpu_ns();
    if (write(watch->prepared->box.go, &one, sizeof(one)) < 0)
        die("start the run: %s", strerror(errno));
}

/* When the program was gone: a talk with another one ends before anybody hears of it. */
static uint64_t dead_ns(const struct watch *watch)
{
    if (watch->ledger->ended_ns)
        return watch->ledger->ended_ns;
    return watch->killed_ns ? watch->killed_ns : now_ns();
}

/* Begins the run in a box that is ready for it, and waits for its end. */
static void see_through(struct watch *watch, uint64_t begun_ns)
{
    watch->ledger = prepared.box.ledger;
    go(watch);
    attend(watch);
    if (watch->request->stdin_pipe)
        watch->left_at_ns = leave_pipes(dead_ns(watch));
    drain(watch);
    judge_memory(watch);
    /* The other side may have decided everything before this one began. */
    if (!watch->ledger->started_ns && watch->ended_by == BY_STOP)
        watch->ledger->started_ns = watch->killed_ns;
    if (watch->ledger->failed_step[0])
        refuse("making a box: %s: %s", watch->ledger->failed_step, strerror(watch->ledger->failed_errno));
    else if (!watch->ledger->started_ns)
        refuse("making a box: it was killed while being set up");
    else
        send_report(watch, begun_ns);
}

static struct fitting fitting_for(const struct run_request *request)
{
    return (struct fitting){
        .tmp_bytes = request->tmp_bytes,
        .work_writable = request->work_writable,
        .feedback = request->feedback[0] || request->feedback_from || request->feedback_to,
        .links = request->stdin_link || request->stdout_link,
        .piped = request->stdin_pipe != NULL,
    };
}

void run_box(const struct run_request *request, struct exchange exchange, const struct meter *meter)
{
    uint64_t begun_ns = now_ns();
    struct watch watch = {.request = request, .exchange = exchange, .meter = meter, .stderr_text = stderr_buffer,
                          .chunk = feed_chunk, .prepared = &prepared};
    struct fitting fitting = fitting_for(request);

    if (!open_files(&watch)) {
        refuse("open the run's input or output: %s", strerror(errno));
        return;
    }
    if (fitting.piped)
        say_opened();
    if (fitting.links && !link_streams(request)) {
        refuse("link to the run's input or output: %s", strerror(errno));
        discard_box();
    } else {
        if (!fits(fitting)) {
            discard_box();
            prepare_box(request, fitting, meter);
        }
        if (request->feedback_from && !unpack_feedback(exchange.in, request->feedback_from)) {
            refuse("the bundle %s cannot be unpacked", request->feedback_from);
            kill_init();
        } else
            see_through(&watch, begun_ns);
        clear_box();
    }
    close_fd(&watch.input);
    close_fd(&watch.output);
    close_pipes();
    /* A compiler runs once; what it made runs on one test after the other. The next talk's pipes are not there yet. */
    if (!fitting.work_writable && !fitting.piped)
        prepare_box(request, fitting, meter);
}
