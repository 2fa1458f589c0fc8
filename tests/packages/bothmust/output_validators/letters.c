/* Counts letters: as many as the input says, one of them the one that the flag wants. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char *words[])
{
    FILE *input = fopen(words[1], "r");
    int wanted = count > 4 ? words[4][0] : 'b', n = 0, letters = 0, found = 0, c;

    if (input == NULL || fscanf(input, "%d", &n) != 1)
        return 1;
    while ((c = getchar()) != EOF) {
        if (isspace(c))
            continue;
        if (!islower(c))
            return 43;
        letters++;
        found += c == wanted;
    }
    return letters == n && found > 0 ? 42 : 43;
}
