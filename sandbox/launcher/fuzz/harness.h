/* What the harnesses share. Each is one file: what libFuzzer made up goes into one of the launcher's readers, and what
 * comes out is compared with a second, plainer reading of PROTOCOL.md. */

#ifndef HARNESS_H
#define HARNESS_H

#include "../launcher.h"

#include <setjmp.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *count, char ***arguments);

/* Unlike assert(3), in every build; and with a message that libFuzzer shows beside the input. */
#define CHECK(claim) ((claim) ? (void)0 : broken(#claim, __FILE__, __LINE__))

_Noreturn void broken(const char *claim, const char *file, int line);

/* Where die() goes to while `may_die`; elsewhere the launcher has no reason to die, and doing so is a finding. */
extern jmp_buf dead;
extern bool may_die;

/*** arena.c: a /work and an exchange directory for one process, and nothing else to write to ***/

/* Descriptors of the arena's folders: the exchange directory, and what the launcher takes for /work and /feedback. */
extern int exchange, work;
extern char work_path[];

void make_arena(void);
void empty_work(void);

/* Opens beneath `folder` without following a link of any kind; -1 and errno where that is not possible. */
int open_strictly(int folder, const char *name, int flags, mode_t mode);

/* All of the exchange directory's file `name`, as it is now; to be freed. */
uint8_t *read_back(const char *name, size_t *size);

/* One file of a bundle; `name` leads into the bundle and has no terminator. */
struct entry {
    const uint8_t *name, *content;
    size_t name_size, size;
    bool is_executable;
};

/* The entry at `*at`, which then leads behind it; false where there is none that is whole. */
bool next_entry(const uint8_t *bundle, size_t size, size_t *at, struct entry *entry);

/* That /work has just this entry: a regular file by this name, with this content. */
void check_entry(const struct entry *entry);

#endif
