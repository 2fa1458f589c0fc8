#include <stdio.h>

int main(void)
{
    putchar(getchar());
    return 0;
}
