// covers: D15
// expect: WA
// Says nothing, and closes what it could be asked by.
#include <unistd.h>
int main(void)
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
}
