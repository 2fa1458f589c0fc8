// covers: A01
// quick: yes
// expect: TLE RTE
#include <unistd.h>
int main(void)
{
    for (;;)
        fork();
}
