/* Fills a table that is too large. */
#include <stdio.h>

static char table[512 << 20];

int main(void)
{
    for (unsigned i = 0; i < sizeof table; i += 512)
        table[i] = 1;
    printf("%d\n", table[512]);
    return 0;
}
