// covers: D15
// expect: WA
// Closes its streams and gets a file as descriptor 1.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    close(0);
    close(1);
    close(2);
    open("/tmp/a", O_CREAT | O_RDWR, 0600);
    open("/tmp/b", O_CREAT | O_RDWR, 0600);
    puts("safe");
}
