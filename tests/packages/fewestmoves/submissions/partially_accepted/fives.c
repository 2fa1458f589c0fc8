/* 1 + 6 + 19 moves. @EXPECTED_SCORE@: 26
 */
#include <stdio.h>

int main(void)
{
    int n;

    if (scanf("%d", &n) != 1)
        return 1;
    for (; n >= 5; n -= 5)
        puts("5");
    for (; n > 0; n--)
        puts("1");
    return 0;
}
