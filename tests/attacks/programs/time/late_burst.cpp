// covers: C08
// expect: TLE
// most_cpu_ms: 550
// time_ms: 400
// The launcher has to get its turn among the threads to end them, which costs them time on top.
// Waits with its threads until its time is nearly over, so that they might use much more before anybody looks.
#include <cstdio>
#include <ctime>
#include <thread>
#include <vector>
int main()
{
    timespec now;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    while (now.tv_nsec < 380000000);
    std::vector<std::thread> threads;
    for (int i = 0; i < 24; i++)
        threads.emplace_back([] { for (volatile int i = 0;;) i = i + 1; });
    for (auto &thread : threads)
        thread.join();
}
