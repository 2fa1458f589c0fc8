#include <stdio.h>
#include <stdlib.h>

/* Reads a number; scanf would do as well, but takes longer. */
static int next_number(void)
{
    int c = getchar(), value = 0;

    while (c == ' ' || c == '\n')
        c = getchar();
    while (c >= '0' && c <= '9') {
        value = 10 * value + (c - '0');
        c = getchar();
    }
    return value;
}

int main(void)
{
    int n = next_number(), d = next_number();
    int before = 0, start = 1, best = 0, best_start = 1;

    for (int i = 1; i <= n; i++) {
        int height = next_number();
        if (i > 1 && abs(height - before) > d)
            start = i;
        if (i - start + 1 > best) {
            best = i - start + 1;
            best_start = start;
        }
        before = height;
    }
    printf("%d %d\n", best, best_start);
    return 0;
}
