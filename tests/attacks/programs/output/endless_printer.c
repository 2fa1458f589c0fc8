// covers: D01 J25
// quick: yes
// expect: OLE
#include <stdio.h>
int main(void)
{
    for (;;)
        puts("0123456789abcdef");
}
