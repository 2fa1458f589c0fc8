/* Any file into unpack_bundle(): what is unpacked is what the bundle says, beneath /work; and packing it gives the same
 * files again. */

#include "harness.h"

#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    make_arena();
    return 0;
}

static void put_bundle(const uint8_t *data, size_t size)
{
    int fd = open_strictly(exchange, "bundle", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

/* Every entry is on the disk as the bundle has it. How many there are, and whether they are too deep to be packed. */
static size_t check_unpacked(const uint8_t *data, size_t size, bool *is_deep)
{
    struct entry entry;
    size_t at = 0, entries = 0;

    while (next_entry(data, size, &at, &entry)) {
        size_t slashes = 0;
        check_entry(&entry);
        for (size_t i = 0; i < entry.name_size; i++)
            slashes += entry.name[i] == '/';
        *is_deep |= slashes > 15 || entry.name_size > 1023;
        entries++;
    }
    CHECK(at == size);
    return entries;
}

/* Nothing is in /work but these entries: packing finds as many, each of them there. */
static void check_packed(size_t entries)
{
    struct entry entry;
    size_t size, at = 0;
    uint8_t *saved = read_back("saved", &size);

    for (; next_entry(saved, size, &at, &entry); entries--)
        check_entry(&entry);
    CHECK(at == size && entries == 0);
    free(saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    put_bundle(data, size);
    if (unpack_bundle(exchange, "bundle")) {
        bool is_deep = false;
        size_t entries = check_unpacked(data, size, &is_deep);
        bool packed = pack_work(exchange, "saved", size);
        CHECK(packed == !is_deep);
        if (packed)
            check_packed(entries);
    }
    CHECK(!unpack_bundle(exchange, "missing"));
    return 0;
}
