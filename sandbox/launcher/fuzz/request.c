/* One frame's body into parse_request(): accepted exactly where PROTOCOL.md accepts it, and with what it says. */

#include "harness.h"

#include <stdlib.h>
#include <string.h>

struct part {
    uint8_t tag;
    const uint8_t *data;
    size_t size;
};

/* How often each tag is there, and its last field. */
struct tally {
    size_t count[256];
    struct part last[256];
};

static uint64_t big_endian(const uint8_t *at, int size)
{
    return size == 0 ? 0 : big_endian(at, size - 1) << 8 | at[size - 1];
}

/* The field at `*at`, which then leads behind it; false where there is none that is whole. */
static bool next_field(const uint8_t *frame, size_t size, size_t *at, struct part *field)
{
    if (size - *at < 5)
        return false;
    *field = (struct part){frame[*at], frame + *at + 5, (size_t)big_endian(frame + *at + 1, 4)};
    if (field->size > size - *at - 5)
        return false;
    *at += 5 + field->size;
    return true;
}

static bool is_good_field(const struct part *field)
{
    switch (field->tag) {
    case 11: case 24: case 30: case 31: case 32: case 33: case 34: case 35: case 36: case 39:
        return field->size == 8;
    case 20: case 21:
        return !memchr(field->data, 0, field->size);
    case 10: case 22: case 23: case 25: case 26: case 27: case 28: case 29: case 37: case 38:
        return field->size >= 1 && field->size <= 63 && field->data[0] != '.' &&
               !memchr(field->data, '/', field->size) && !memchr(field->data, 0, field->size);
    default:
        return false;
    }
}

static uint64_t number(const struct tally *tally, uint8_t tag)
{
    return tally->count[tag] ? big_endian(tally->last[tag].data, 8) : 0;
}

static bool is_within(uint64_t value, uint64_t least, uint64_t most)
{
    return least <= value && value <= most;
}

static bool is_complete(uint8_t kind, const struct tally *tally)
{
    switch (kind) {
    case 'L':
        return tally->count[10];
    case 'S':
        return tally->count[10] && number(tally, 11);
    case 'R':
        return tally->count[20] && !tally->count[26] == !tally->count[27] && (tally->count[23] || tally->count[27]) &&
               is_within(number(tally, 30), 1, 86400000) && is_within(number(tally, 31), 1, 86400000) &&
               number(tally, 32) && number(tally, 34) <= 524288 && number(tally, 35) && number(tally, 36);
    default:
        return false;
    }
}

static bool is_request(const uint8_t *frame, size_t size, struct tally *tally)
{
    struct part field;

    memset(tally, 0, sizeof(*tally));
    if (size < 1)
        return false;
    for (size_t at = 1; at < size;) {
        if (!next_field(frame, size, &at, &field) || !is_good_field(&field))
            return false;
        tally->count[field.tag]++;
        tally->last[field.tag] = field;
    }
    if (frame[0] == 'X')
        return size == 1;
    return tally->count[20] <= 4096 && tally->count[21] <= 4096 && tally->count[25] <= 8 &&
           is_complete(frame[0], tally);
}

/* A text that leads into the frame it came in, ends there, and is the field's. */
static void check_text(const char *text, const struct part *field, const uint8_t *body, size_t size)
{
    const uint8_t *at = (const uint8_t *)text;

    CHECK(at > body && at < body + size && field->size < (size_t)(body + size - at));
    CHECK(memcmp(text, field->data, field->size) == 0 && text[field->size] == 0);
}

static void check_name(const char *name, const struct tally *tally, uint8_t tag, const uint8_t *body, size_t size)
{
    CHECK((name != NULL) == (tally->count[tag] > 0));
    if (name)
        check_text(name, &tally->last[tag], body, size);
}

static void check_list(char *const list[], uint8_t tag, const uint8_t *frame, const uint8_t *body, size_t size)
{
    struct part field;
    size_t taken = 0;

    for (size_t at = 1; at < size && next_field(frame, size, &at, &field);)
        if (field.tag == tag)
            check_text(list[taken++], &field, body, size);
    CHECK(list[taken] == NULL);
}

static void check_request(const struct request *request, const struct tally *tally, const uint8_t *frame,
                          const uint8_t *body, size_t size)
{
    const struct run_request *run = &request->run;

    CHECK(request->kind == (enum message)frame[0]);
    check_name(request->name, tally, 10, body, size);
    check_name(run->stdin_name, tally, 22, body, size);
    check_name(run->stdout_name, tally, 23, body, size);
    check_name(run->stdin_pipe, tally, 26, body, size);
    check_name(run->stdout_pipe, tally, 27, body, size);
    check_name(run->feedback_from, tally, 28, body, size);
    check_name(run->feedback_to, tally, 29, body, size);
    check_name(run->stdin_link, tally, 37, body, size);
    check_name(run->stdout_link, tally, 38, body, size);
    check_list(run->argv, 20, frame, body, size);
    check_list(run->envp, 21, frame, body, size);
    check_list(run->feedback, 25, frame, body, size);
    CHECK(request->max_bytes == number(tally, 11) && run->work_writable == (number(tally, 24) != 0));
    CHECK(run->cpu_ms == number(tally, 30) && run->wall_ms == number(tally, 31));
    CHECK(run->memory_bytes == number(tally, 32) && run->output_bytes == number(tally, 33));
    CHECK(run->stderr_bytes == number(tally, 34) && run->processes == number(tally, 35));
    CHECK(run->tmp_bytes == number(tally, 36) && run->stack_bytes == number(tally, 39));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    struct tally tally;
    /* As large as the frame and no larger: AddressSanitizer sees a read behind its end. */
    uint8_t *body = malloc(size);

    CHECK(body || size == 0);
    memcpy(body, data, size);
    const char *wrong = parse_request(&request, body, size);
    CHECK(is_request(data, size, &tally) == (wrong == NULL));
    if (!wrong)
        check_request(&request, &tally, data, body, size);
    free(body);
    return 0;
}
