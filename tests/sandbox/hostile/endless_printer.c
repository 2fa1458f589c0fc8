// expect: OLE
#include <stdio.h>
int main(void)
{
    for (;;)
        puts("0123456789abcdef");
}
