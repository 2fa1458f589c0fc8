// expect: TLE RTE
#include <unistd.h>
int main(void)
{
    for (;;)
        fork();
}
