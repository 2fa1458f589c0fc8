// covers: B14
// expect: AC MLE TLE
// memory_mib: 32
// Every kind of kernel object that a descriptor can stand for, as many as there may be.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    int fds = 0, before;
    do {
        before = fds;
        int epoll = epoll_create1(0), made[] = {eventfd(0, 0), timerfd_create(CLOCK_MONOTONIC, 0), signalfd(-1, &signals, 0),
                                                inotify_init(), (int)syscall(SYS_fanotify_init, 0, 0), epoll};
        for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
            fds += made[i] >= 0;
        struct epoll_event event = {.events = EPOLLIN};
        epoll_ctl(epoll, EPOLL_CTL_ADD, made[0], &event);
    } while (fds > before && fds < 100000);
    int timers = 0;
    for (timer_t timer; timers < 100000 && timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0; timers++)
        ;
    char said[64];
    write(1, said, (size_t)snprintf(said, sizeof(said), fds < 5000 && timers < 5000 ? "safe\n" : "%d, %d\n", fds, timers));
}
