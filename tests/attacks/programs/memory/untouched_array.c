// covers: B03
// expect: AC
// Owns 700 MB on paper only.
#include <stdio.h>
static volatile char array[700 << 20];
int main(void)
{
    array[123456789] = 1;
    puts("safe");
}
