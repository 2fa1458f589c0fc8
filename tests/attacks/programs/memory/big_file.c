// covers: B11 D06
// expect: MLE
// memory_mib: 16
// Level local watches processes; /tmp has its own bound.
// expect@local: AC
// Keeps in a file what does not fit into memory: files are in memory, and count.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static char block[1 << 20];
int main(void)
{
    int fd = open("/tmp/big", O_CREAT | O_WRONLY, 0600);
    for (int i = 0; i < 200 && write(fd, block, sizeof(block)) == sizeof(block); i++)
        ;
    puts("safe");
}
