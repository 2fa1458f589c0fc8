// covers: H02 J12
// expect: AC
// Changes the words of a call between the moment they could be looked at and the moment they are used.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
int main()
{
    static char path[256];
    static volatile unsigned long arguments[11] = {0, 0, 0, 0, 17};
    std::atomic<bool> stops{false};
    std::thread flipper([&] {
        while (!stops) {
            std::strcpy(path, "/tmp");
            arguments[0] = 0;
            std::strcpy(path, "@CANARY@");
            arguments[0] = 0x10000000; /* a new user namespace */
        }
    });
    int found = 0;
    std::timespec now;
    do {
        int fd = open(path, O_RDONLY);
        char text[8];
        if (fd >= 0 && read(fd, text, sizeof(text)) > 0)
            found++;
        close(fd);
        long child = syscall(SYS_clone3, arguments, sizeof(arguments));
        if (child == 0)
            _exit(0);
        found += child > 0;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    } while (now.tv_nsec < 100000000);
    stops = true;
    flipper.join();
    std::puts(found ? "found" : "safe");
}
