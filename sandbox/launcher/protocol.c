/* Frames and fields: PROTOCOL.md is the specification.
 *
 * A frame is a 32-bit length, then a message's kind and its fields; a field is its tag, a 32-bit length and its bytes.
 * All numbers are big-endian, those in fields 8 bytes long. */

#include "launcher.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Shared, because a box is made before the request comes that it runs. */
static uint8_t *inbox;
static uint8_t outbox[4 + FRAME_BYTES + (2u << 20)];
static size_t outbox_size;

static bool read_fully(void *buffer, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(STDIN_FILENO, (uint8_t *)buffer + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            die("reading a request: %s", strerror(errno));
        if (got == 0) {
            if (done > 0)
                die("the stream of requests ended within a frame");
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

static uint32_t load_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void store_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

struct request *new_request(void)
{
    inbox = share(FRAME_BYTES);
    return share(sizeof(struct request));
}

bool read_request(struct request *request)
{
    uint8_t header[4];

    if (!read_fully(header, sizeof(header)))
        return false;
    uint32_t size = load_u32(header);
    if (size == 0 || size > FRAME_BYTES)
        die("a frame of %u bytes", size);
    if (!read_fully(inbox, size))
        die("the stream of requests ended within a frame");
    const char *wrong = parse_request(request, inbox, size);
    if (wrong)
        die("malformed request: %s", wrong);
    return true;
}

/* It comes while the inbox still holds the run that it ends. */
void read_stop(void)
{
    uint8_t frame[5];

    if (!read_fully(frame, sizeof(frame)))
        die("the host went away during a run");
    if (load_u32(frame) != 1 || frame[4] != STOP)
        die("a message during a run that does not stop it");
}

/* Where the number of this field is kept, or NULL for a field that is no number. */
static uint64_t *number_slot(struct request *request, uint8_t tag)
{
    struct run_request *run = &request->run;

    switch (tag) {
    case F_MAX_BYTES: return &request->max_bytes;
    case F_CPU_MS: return &run->cpu_ms;
    case F_WALL_MS: return &run->wall_ms;
    case F_MEMORY: return &run->memory_bytes;
    case F_OUTPUT: return &run->output_bytes;
    case F_STDERR: return &run->stderr_bytes;
    case F_PROCESSES: return &run->processes;
    case F_TMP: return &run->tmp_bytes;
    case F_STACK: return &run->stack_bytes;
    default: return NULL;
    }
}

/* Names in the exchange directory are single path components: nothing in a request leads elsewhere. */
static bool is_plain_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < 64;
}

struct counts {
    size_t arguments, variables, feedback;
};

static const char *append(char **list, size_t *count, size_t most, char *text)
{
    if (*count >= most)
        return "too many words";
    list[(*count)++] = text;
    return NULL;
}

static const char *take_text(struct request *request, uint8_t tag, char *text, struct counts *counts)
{
    struct run_request *run = &request->run;

    switch (tag) {
    case F_ARGUMENT: return append(run->argv, &counts->arguments, WORDS, text);
    case F_VARIABLE: return append(run->envp, &counts->variables, WORDS, text);
    case F_FEEDBACK: {
        const char *wrong = append(run->feedback, &counts->feedback, FEEDBACK_FILES, text);
        if (wrong)
            return wrong;
        break;
    }
    case F_NAME: request->name = text; break;
    case F_STDIN: run->stdin_name = text; break;
    case F_STDOUT: run->stdout_name = text; break;
    case F_STDIN_PIPE: run->stdin_pipe = text; break;
    case F_STDOUT_PIPE: run->stdout_pipe = text; break;
    case F_STDIN_LINK: run->stdin_link = text; break;
    case F_STDOUT_LINK: run->stdout_link = text; break;
    case F_FEEDBACK_FROM: run->feedback_from = text; break;
    case F_FEEDBACK_TO: run->feedback_to = text; break;
    default: return "unknown field";
    }
    return is_plain_name(text) ? NULL : "not a plain file name";
}

static const char *check_complete(const struct request *request)
{
    const struct run_request *run = &request->run;

    switch (request->kind) {
    case STOP: return NULL;
    case LOAD: return request->name ? NULL : "LOAD without a name";
    case SAVE: return request->name && request->max_bytes ? NULL : "SAVE without name and size";
    case RUN:
        if (!run->stdin_pipe != !run->stdout_pipe)
            return "RUN with one pipe only";
        if (!run->argv[0] || (!run->stdout_name && !run->stdout_pipe))
            return "RUN without program or output name";
        if (!run->cpu_ms || !run->wall_ms || !run->memory_bytes || !run->processes || !run->tmp_bytes)
            return "RUN without its limits";
        if (run->cpu_ms > 86400000 || run->wall_ms > 86400000 || run->stderr_bytes > FRAME_BYTES / 2)
            return "RUN with a limit out of range";
        return NULL;
    default: return "unknown kind of message";
    }
}

const char *parse_request(struct request *request, uint8_t *body, size_t size)
{
    struct counts counts = {0, 0, 0};
    size_t at = 1;

    memset(request, 0, sizeof(*request));
    if (size < 1)
        return "empty frame";
    request->kind = (enum message)body[0];
    if (request->kind == STOP && size > 1)
        return "STOP with fields";
    while (at < size) {
        if (size - at < 5)
            return "truncated field";
        uint8_t tag = body[at];
        uint32_t length = load_u32(body + at + 1);
        at += 5;
        if (length > size - at)
            return "field longer than its frame";
        uint8_t *data = body + at;
        at += length;

        uint64_t *number = number_slot(request, tag);
        if (number || tag == F_WORK_WRITABLE) {
            if (length != 8)
                return "a number that is not 8 bytes long";
            uint64_t value = (uint64_t)load_u32(data) << 32 | load_u32(data + 4);
            if (number)
                *number = value;
            else
                request->run.work_writable = value != 0;
            continue;
        }
        if (memchr(data, 0, length))
            return "a zero byte in a text";
        /* The text moves one byte to the left, over its own header, to make room for a terminator. */
        char *text = (char *)data - 1;
        memmove(text, data, length);
        text[length] = 0;
        const char *wrong = take_text(request, tag, text, &counts);
        if (wrong)
            return wrong;
    }
    return check_complete(request);
}

void begin_message(enum message kind)
{
    outbox[4] = (uint8_t)kind;
    outbox_size = 5;
}

void put_bytes(enum field field, const void *data, size_t size)
{
    if (size > sizeof(outbox) - outbox_size - 5)
        die("a message outgrew its buffer");
    outbox[outbox_size] = (uint8_t)field;
    store_u32(outbox + outbox_size + 1, (uint32_t)size);
    memcpy(outbox + outbox_size + 5, data, size);
    outbox_size += 5 + size;
}

void put_number(enum field field, uint64_t value)
{
    uint8_t bytes[8];

    store_u32(bytes, (uint32_t)(value >> 32));
    store_u32(bytes + 4, (uint32_t)value);
    put_bytes(field, bytes, sizeof(bytes));
}

void send_message(void)
{
    store_u32(outbox, (uint32_t)(outbox_size - 4));
    for (size_t done = 0; done < outbox_size;) {
        ssize_t put = write(STDOUT_FILENO, outbox + done, outbox_size - done);
        if (put < 0 && errno != EINTR)
            die("writing a report: %s", strerror(errno));
        if (put > 0)
            done += (size_t)put;
    }
}

void refuse(const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    begin_message(REFUSED);
    put_bytes(F_TEXT, text, length < 0 ? 0 : (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
    send_message();
}
