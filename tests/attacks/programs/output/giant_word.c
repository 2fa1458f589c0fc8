// covers: D04 F13
// expect: WA
// output_mib: 40
// time_ms: 1000
// One word of 32 megabytes without an end of line.
#include <string.h>
#include <unistd.h>
static char block[1 << 20];
int main(void)
{
    memset(block, 'x', sizeof(block));
    for (int i = 0; i < 32; i++)
        for (size_t put = 0; put < sizeof(block);)
            put += (size_t)write(1, block + put, sizeof(block) - put);
}
