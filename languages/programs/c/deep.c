#include <stdio.h>

/* A frame of at least 100 bytes, a million times. */
static int descend(int depth)
{
    volatile char frame[100];
    frame[0] = (char)(depth & 1);
    return depth == 0 ? 0 : descend(depth - 1) + 1 + frame[0] * 0;
}

int main(void)
{
    int a, b;
    if (scanf("%d %d", &a, &b) != 2)
        return 1;
    printf("%d\n", a + b + descend(1000000) - 1000000);
    return 0;
}
