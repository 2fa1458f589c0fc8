/* A stream of frames into read_request(), however it is cut into pieces: each is read whole and none beyond its end. */

#include "harness.h"

#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <string.h>
#include <unistd.h>

ssize_t __real_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size);

static const uint8_t *stream;
static size_t stream_size, stream_at;
static unsigned pieces; /* one bit decides how each read ends */

/* Standard input is the fuzzer's: sometimes interrupted, sometimes a byte at a time, and never longer than asked. */
ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
    if (fd != STDIN_FILENO)
        return __real_read(fd, buffer, size);
    /* Not only where input comes, but also where it could have. */
    CHECK(!__asan_region_is_poisoned(buffer, size));
    pieces = pieces >> 1 | (pieces & 1) << 15;
    if ((pieces & 3) == 3) {
        errno = EINTR;
        return -1;
    }
    size_t left = stream_size - stream_at, got = size < left ? size : left;
    if (pieces & 4 && got > 1)
        got = 1 + got / 3;
    memcpy(buffer, stream + stream_at, got);
    stream_at += got;
    return (ssize_t)got;
}

static size_t frame_size(size_t at)
{
    const uint8_t *header = stream + at;

    return (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
}

/* False where the stream ends well; whatever else ends it makes the launcher die. */
static bool check_next(struct request *request)
{
    size_t at = stream_at;

    if (!read_request(request)) {
        CHECK(at == stream_size && stream_at == stream_size);
        return false;
    }
    CHECK(stream_at - at == 4 + frame_size(at) && frame_size(at) <= 1048576);
    CHECK(request->kind == LOAD || request->kind == SAVE || request->kind == RUN || request->kind == STOP);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request *request;

    if (!request)
        request = new_request();
    if (size < 2)
        return 0;
    /* All bits set would be interruptions and nothing else. */
    pieces = ((unsigned)data[0] << 8 | data[1]) & 0x7fffu;
    stream = data + 2;
    stream_size = size - 2;
    stream_at = 0;
    may_die = true;
    if (setjmp(dead) == 0)
        while (check_next(request))
            ;
    may_die = false;
    return 0;
}
