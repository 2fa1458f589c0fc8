// covers: D03
// expect: OLE
// The right answer, and blanks behind it that no checker minds.
#include <cstdio>
int main()
{
    std::puts("safe");
    for (int i = 0; i < 10 << 20; i++)
        std::putchar(' ');
}
