/* Prints a space at the end of the upper side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char lines[100][64];

int main(void)
{
    char side[80];
    int n, width = 0;

    if (fgets(side, sizeof side, stdin) == NULL)
        return 1;
    n = atoi(side);
    for (int i = 0; i < n; i++) {
        if (fgets(lines[i], sizeof lines[i], stdin) == NULL)
            lines[i][0] = '\0';
        lines[i][strcspn(lines[i], "\n")] = '\0';
        if ((int)strlen(lines[i]) > width)
            width = (int)strlen(lines[i]);
    }
    memset(side, '-', sizeof side);
    side[width + 2] = '\0';
    printf("+%s+ \n", side);
    for (int i = 0; i < n; i++)
        printf("| %-*s |\n", width, lines[i]);
    printf("+%s+\n", side);
    return 0;
}
