// covers: H04 D15
// expect: AC
// Threads that open and close each other's descriptors, standard ones among them, to the end.
#include <cstdio>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
int main()
{
    (void)!write(1, "safe\n", 5);
    for (int i = 0; i < 4; i++)
        std::thread([i] {
            for (unsigned n = 0;; n++) {
                int made = open(i % 2 ? "/dev/zero" : "/tmp/x", O_RDWR | O_CREAT, 0600);
                dup2(made, (int)(n % 64) + (n % 64 == 1));
                close((int)((n * 7) % 64) + ((n * 7) % 64 == 1));
            }
        }).detach();
    usleep(40000);
    _exit(0);
}
