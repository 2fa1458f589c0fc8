// covers: C02
// expect: TLE
// Eight threads of which each alone keeps the limit.
#include <cstdio>
#include <ctime>
#include <thread>
#include <vector>
static void work()
{
    timespec now;
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while (now.tv_sec == 0 && now.tv_nsec < 150000000);
}
int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; i++)
        threads.emplace_back(work);
    for (auto &thread : threads)
        thread.join();
    std::puts("safe");
}
