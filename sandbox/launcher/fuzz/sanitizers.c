/* What AddressSanitizer and UBSan have to know of the launcher. Linked into `make sanitized` and into nothing else. */

#define _GNU_SOURCE
#include <sanitizer/common_interface_defs.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process ends with after a report, and nothing else of ours does. */
#define REPORTED 86

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
void __sanitizer_on_print(const char *text);
pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

/* The environment, which could say this as well, is empty. Looking for leaks takes ptrace and other capabilities, which
 * the launcher gives up; that it does not grow is tested from outside. */
const char *__asan_default_options(void)
{
    return "exitcode=86:detect_leaks=0:detect_stack_use_after_return=1:strict_string_checks=1:symbolize=0";
}

const char *__ubsan_default_options(void)
{
    return "exitcode=86";
}

/* A box's init has given its standard error to the program, and later closes it: what it reports is kept here. */
static struct {
    _Atomic size_t size;
    char text[8192];
} *reports;

void __sanitizer_on_print(const char *text)
{
    size_t length = strlen(text), at = reports ? atomic_fetch_add(&reports->size, length) : sizeof(reports->text);

    if (length < sizeof(reports->text) && at < sizeof(reports->text) - length)
        memcpy(reports->text + at, text, length);
}

__attribute__((constructor)) static void prepare(void)
{
    void *shared = mmap(NULL, sizeof(*reports), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED)
        abort();
    reports = shared;
}

/* The launcher does not look at how a box's init ended. A report of it, or of what it started between vfork and exec,
 * has to end the launcher as well. */
pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    int ended;
    pid_t reaped = __real_waitpid(pid, &ended, options);

    if (reaped > 0 && (reports->size || (WIFEXITED(ended) && WEXITSTATUS(ended) == REPORTED))) {
        fprintf(stderr, "a sanitizer had something to report in a box\n%s\n", reports->text);
        _exit(REPORTED);
    }
    if (status)
        *status = ended;
    return reaped;
}
