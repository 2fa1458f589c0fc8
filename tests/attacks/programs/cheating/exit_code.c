// covers: F08 F09
// expect: RTE
// each: 1 42 43 127 137 139 152 255
// reason: exit code
// Has the right answer and ends like a validator that accepts, or a shell that saw a signal.
#include <stdio.h>
int main(void)
{
    puts("safe");
    return @EACH@;
}
