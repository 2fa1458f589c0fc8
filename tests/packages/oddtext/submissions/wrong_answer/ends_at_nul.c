/* Takes a NUL for the end of a word, as C does. */
#include <stdio.h>
#include <string.h>

static char words[1000][100];

int main(void)
{
    int n = 0;

    while (n < 1000 && scanf("%99s", words[n]) == 1)
        n++;
    while (n-- > 0)
        printf("%s ", words[n]);
    return 0;
}
