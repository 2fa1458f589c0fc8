/* What the launcher's parts share. Start reading at the top of launcher.c. */

#ifndef LAUNCHER_H
#define LAUNCHER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROTOCOL_VERSION 3
#define ONLY_UID 1000 /* the one user that exists inside the launcher's and every box's user namespace */

#define WORK_BYTES (256u << 20)    /* size of /work: sources, objects and the program made of them */
#define FEEDBACK_TMPFS_BYTES (64u << 20) /* size of /feedback */
#define INODES "16384"             /* of each of them, and of /tmp */

/*** launcher.c: the end of everything ***/

/* The sandbox is broken: says why on standard error, which the host keeps, and ends the whole cell. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Zeroed memory that a later clone keeps sharing with the launcher. */
void *share(size_t size);

/* Brings this process forward where others compute on its core; not what it starts. */
void ask_for_short_slices(void);

/*** clock.c ***/

uint64_t now_ns(void);     /* CLOCK_MONOTONIC: immune to a clock that is set */
uint64_t own_cpu_ns(void); /* processor time of the launcher itself */

/*** protocol.c: frames and fields; PROTOCOL.md is the specification ***/

#define FRAME_BYTES (1u << 20)
#define WORDS 4096
#define FEEDBACK_FILES 8

enum message { HELLO = 'H', LOAD = 'L', RUN = 'R', SAVE = 'S', STOP = 'X', DONE = 'D', OPENED = 'O',
               REPORT = 'r', REFUSED = 'E' };

enum field {
    F_VERSION = 1, F_CGROUP = 2, F_TEXT = 3, F_BOUNDED = 4, F_REPORTING = 5, F_LANDLOCK = 6,
    F_NAME = 10, F_MAX_BYTES = 11,
    F_ARGUMENT = 20, F_VARIABLE = 21, F_STDIN = 22, F_STDOUT = 23, F_WORK_WRITABLE = 24, F_FEEDBACK = 25,
    F_STDIN_PIPE = 26, F_STDOUT_PIPE = 27, F_FEEDBACK_FROM = 28, F_FEEDBACK_TO = 29,
    F_CPU_MS = 30, F_WALL_MS = 31, F_MEMORY = 32, F_OUTPUT = 33, F_STDERR = 34, F_PROCESSES = 35, F_TMP = 36,
    F_STDIN_LINK = 37, F_STDOUT_LINK = 38, F_STACK = 39,
    F_ENDED_BY = 40, F_EXIT_CODE = 41, F_SIGNAL = 42, F_EXEC_ERRNO = 43, F_LEFT_AT_NS = 44, F_OPENED_AT_NS = 45,
    F_FEEDBACK_KEPT = 46,
    F_CPU_NS = 50, F_WALL_NS = 51, F_BOX_NS = 52, F_PEAK_RSS = 53, F_STDOUT_BYTES = 54, F_STDERR_TEXT = 55,
    F_SWITCHES = 60, F_MAJOR_FAULTS = 61, F_MINOR_FAULTS = 62, F_OOM_KILLS = 63, F_CGROUP_PEAK = 64,
    F_CGROUP_START = 65, F_WAITED_NS = 66, F_THROTTLED_NS = 67, F_STEAL_NS = 68, F_STALLED_NS = 69,
    F_FILE_NAME = 70, F_FILE_DATA = 71, F_DENIED_CALL = 80, F_DENIED_TIMES = 81,
};

enum ended_by { BY_ITSELF = 0, BY_CPU = 1, BY_WALL = 2, BY_MEMORY = 3, BY_OUTPUT = 4, BY_STOP = 5 };

/* A run as asked for. Pointers lead into the frame that the request came in. */
struct run_request {
    char *argv[WORDS + 1];
    char *envp[WORDS + 1];
    const char *stdin_name, *stdout_name;
    const char *stdin_pipe, *stdout_pipe; /* FIFOs in place of these two: both or neither */
    const char *stdin_link, *stdout_link; /* names in /work under which the streams are opened */
    const char *feedback_from, *feedback_to; /* bundles of /feedback's content, before and after */
    char *feedback[FEEDBACK_FILES + 1]; /* names of files wanted from /feedback */
    bool work_writable;
    uint64_t cpu_ms, wall_ms, memory_bytes, output_bytes, stderr_bytes, processes, tmp_bytes;
    uint64_t stack_bytes; /* 0: as many as memory_bytes */
};

struct request {
    enum message kind;
    const char *name;     /* LOAD, SAVE: the bundle's name in the exchange directory */
    uint64_t max_bytes;   /* SAVE */
    struct run_request run;
};

/* A request in shared memory, to be read into. */
struct request *new_request(void);

/* Waits for the next request; false at the end of the stream. A malformed one ends the cell: the host speaks this
 * protocol, so whatever else arrives means that nothing here can be trusted any more. */
bool read_request(struct request *request);

/* Reads the one message that may come during a run; dies of any other. */
void read_stop(void);

/* Parses one frame's body in place; a NULL return is success, else the text of what is wrong with it. */
const char *parse_request(struct request *request, uint8_t *body, size_t size);

void begin_message(enum message kind);
void put_number(enum field field, uint64_t value);
void put_bytes(enum field field, const void *data, size_t size);
void send_message(void);
void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*** root.c: the launcher's own namespaces and the root that boxes inherit ***/

struct exchange {
    int in, out; /* directories: the host writes the one, the launcher the other */
};

struct options {
    const char *in_path, *out_path;
    bool shows_data;      /* the judge's cell: /data is the exchange's `in` */
    char **system_paths;  /* what of the image (or of the host) a box may read */
};

void enter_cell(void);
struct exchange build_root(const struct options *options);
void write_file(const char *path, const char *text);
void mount_or_die(const char *source, const char *target, const char *type, unsigned long flags, const char *data);
bool mount_own(const char *target, uint64_t bytes, const char *mode);
void renew_work(void);
void set_work(bool writable, bool follows_links);
bool link_streams(const struct run_request *request);

/*** bundle.c: several files in one, in and out of /work and /feedback ***/

bool unpack_bundle(int directory, const char *name);
bool pack_work(int directory, const char *name, uint64_t max_bytes);
bool unpack_feedback(int directory, const char *name);
bool pack_feedback(int directory, const char *name, uint64_t *bytes);
void put_feedback_files(char *const names[]);

/*** meter.c: processor time and memory of all processes of a run ***/

struct meter {
    int cpu_fd, memory_fd, peak_fd, oom_fd; /* control group files, or -1 each: then processes are watched one by one */
    int throttled_fd, stat_fd, stalled_fd;  /* disturbances; -1 each where they cannot be told */
    bool is_v2;
    int core;                               /* the one that all of the cell is bound to */
};

/* What a run suffered from others, in counters that only grow. */
struct disturbance {
    uint64_t throttled_ns; /* kept from running by a quota */
    uint64_t steal_ns;     /* the core was taken by the hypervisor */
    uint64_t stalled_ns;   /* something that was ready had to wait for a core: of the cell, or with version 1 of the host */
};

void open_meter(struct meter *meter, bool in_container);
uint64_t meter_cpu_ns(const struct meter *meter);
uint64_t meter_oom_kills(const struct meter *meter);
uint64_t meter_memory(int fd);
struct disturbance meter_disturbance(const struct meter *meter);
void watch_processes(uint64_t *cpu_ns, uint64_t *rss_bytes);
uint64_t longest_wait_ns(void);

/*** box.c: one box, from the inside ***/

/* What the launcher and a box's init share; the program itself never sees it, since exec drops it. */
struct ledger {
    char failed_step[64]; /* set-up failed here; empty: it did not */
    int failed_errno;
    int exec_errno; /* the program could not be started */
    int status;     /* of the program, as wait(2) gives it */
    uint64_t started_ns, ended_ns;
    _Atomic bool is_running; /* the program's streams are its own: its init has let go of them */
    _Atomic uint64_t cpu_base_ns, reaped_cpu_ns;
    uint64_t peak_rss_bytes, switches, major_faults, minor_faults;
};

/* What has to be known of a run before its box can be made. */
struct fitting {
    uint64_t tmp_bytes;
    bool work_writable, feedback;
    bool links; /* /work has links to the streams, which it then has to follow */
    bool piped; /* standard input and output lead to another cell */
};

struct box {
    struct fitting fitting;
    const struct run_request *request; /* shared: filled in between the making of the box and `go` */
    struct ledger *ledger;
    const struct meter *meter;
    int stdio[3];
    int tell;     /* a socket: the init sends the listener of its filter over it */
    int go, done; /* event counters: the launcher says when to start, the init when all of the run is dead */
};

/* Runs in the new namespaces, as their process 1. */
_Noreturn void box_main(const struct box *box);

/*** ahead.c: boxes made before their run ***/

#define PIPE_BYTES (256 << 10)

/* A box that waits for its run, or is at it. */
struct prepared {
    struct box box;
    pid_t init;           /* 0: there is no box. Not reaped before the box is cleared, so that the number stays its own */
    int feed, catch, err; /* our ends of the three pipes; -1 when closed */
};

extern struct prepared prepared;

void prepare_box(const struct run_request *request, struct fitting fitting, const struct meter *meter);
bool fits(struct fitting wanted);
void discard_box(void);
void clear_box(void);
void kill_init(void);
int child_ends(void);
bool init_is_dead(void);
void close_fd(int *fd);

/*** pipes.c: standard streams that lead to a program in another cell ***/

bool open_pipes(struct exchange exchange, const struct run_request *request);
void take_programs_ends(int *reading, int *writing);
int noticing_fd(void);
void hear_notices(void);
uint64_t look_at_pipes(pid_t init, bool is_running);
int draining_fd(void);
void drain_pipe(void);
uint64_t leave_pipes(uint64_t at_ns);
void close_pipes(void);

/*** run.c: one box, from the outside ***/

void run_box(const struct run_request *request, struct exchange exchange, const struct meter *meter);

/*** seccomp.c ***/

/* Whether calls that raise the alarm can be reported here, and not only refused. */
bool compile_filter(void);
bool install_filter(int *listener);
const char *call_name(int number);

/*** landlock.c ***/

bool open_landlock(void);
bool enter_landlock(const struct fitting *fitting);

/*** listener.c: refused calls that are evidence ***/

void open_listeners(void);
int telling_end(void);
bool send_listener(int socket, int listener);
void watch_listener(void);
int listening_fd(void);
void hear_listener(void);
void forget_listener(void);
void await_ready(int child_ends);
void put_denials(void);

#endif
