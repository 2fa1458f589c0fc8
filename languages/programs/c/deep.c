#include <stdio.h>

static int descend(int depth);

/* Called by a pointer that may change, so that the compiler makes no loop of it. */
static int (*volatile next)(int) = descend;

static int descend(int depth)
{
    /* Indexed by what is not known before, so that all of it is on the stack. */
    volatile char frame[96];
    frame[depth % 96] = 0;
    return depth == 0 ? 0 : next(depth - 1) + 1 + frame[depth % 96];
}

int main(void)
{
    int a, b;
    if (scanf("%d %d", &a, &b) != 2)
        return 1;
    printf("%d\n", a + b + descend(1000000) - 1000000);
    return 0;
}
