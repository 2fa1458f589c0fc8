// covers: F05 J14
// expect: AC
// Writes to its input, cuts it off, goes back in it: what the next stage reads is not this descriptor.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    int found = 0, first, second;
    found += write(0, "9 9\n", 4) >= 0;
    found += ftruncate(0, 0) == 0;
    found += lseek(0, 0, SEEK_SET) >= 0;
    found += open("/proc/self/fd/0", O_RDWR) >= 0 && 0;
    fcntl(0, F_SETFL, O_NONBLOCK);
    fcntl(0, F_SETFL, 0);
    found += scanf("%d %d", &first, &second) != 2;
    puts(found ? "written" : "safe");
}
