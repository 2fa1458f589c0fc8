/* Writes the box's system-call filter, as the launcher would install it here, to standard output. */

#include "../../sandbox/launcher/seccomp.c"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void die(const char *format, ...)
{
    fputs(format, stderr);
    exit(1);
}

int main(void)
{
    compile_filter();
    return fwrite(program, sizeof(*program), size, stdout) == size ? 0 : 1;
}
