/* Has room for a hundred thousand records only, and gives up where there are more. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static int heights[100000];

int main(void)
{
    int n, d, start = 0, best = 0, best_start = 0;

    if (scanf("%d %d", &n, &d) != 2)
        return 1;
    assert(n <= 100000);
    for (int i = 0; i < n; i++)
        if (scanf("%d", &heights[i]) != 1)
            return 1;
    for (int i = 0; i < n; i++) {
        if (i > 0 && abs(heights[i] - heights[i - 1]) > d)
            start = i;
        if (i - start + 1 > best) {
            best = i - start + 1;
            best_start = start;
        }
    }
    printf("%d %d\n", best, best_start + 1);
    return 0;
}
