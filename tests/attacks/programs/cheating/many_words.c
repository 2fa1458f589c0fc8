// covers: F13
// expect: WA
// output_mib: 24
// time_ms: 1000
// Ten million words.
#include <stdio.h>
int main(void)
{
    puts("safe");
    for (int i = 0; i < 10000000; i++)
        fputs("x\n", stdout);
}
