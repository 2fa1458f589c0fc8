#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char lines[100][64];

static void read_line(char *line, int size)
{
    if (fgets(line, size, stdin) == NULL)
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

static void side(int width)
{
    putchar('+');
    for (int i = 0; i < width + 2; i++)
        putchar('-');
    puts("+");
}

int main(void)
{
    char first[64];
    int n, width = 0;

    read_line(first, sizeof first);
    n = atoi(first);
    for (int i = 0; i < n; i++) {
        read_line(lines[i], sizeof lines[i]);
        if ((int)strlen(lines[i]) > width)
            width = (int)strlen(lines[i]);
    }
    side(width);
    for (int i = 0; i < n; i++)
        printf("| %-*s |\n", width, lines[i]);
    side(width);
    return 0;
}
