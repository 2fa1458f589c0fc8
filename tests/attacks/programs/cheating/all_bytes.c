// covers: F14
// expect: WA
// Every byte there is, in front of the right answer.
#include <stdio.h>
int main(void)
{
    for (int byte = 0; byte < 256; byte++)
        putchar(byte);
    puts("safe");
}
