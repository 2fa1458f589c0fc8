/* The launcher's own end, in a form that lets a fuzzer go on. */

#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

jmp_buf dead;
bool may_die;

_Noreturn void broken(const char *claim, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    abort();
}

_Noreturn void die(const char *format, ...)
{
    char text[512];
    va_list arguments;

    /* Written out in any case, so that what a %s leads to is looked at. */
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (may_die)
        longjmp(dead, 1);
    fprintf(stderr, "the launcher died: %s\n", text);
    abort();
}

/* On the heap, where AddressSanitizer sees what is touched beyond the end. */
void *share(size_t size)
{
    void *memory = calloc(1, size);

    CHECK(memory);
    return memory;
}
