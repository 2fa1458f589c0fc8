// covers: A06
// expect: TLE RTE MLE
#include <thread>
int main()
{
    for (;;)
        std::thread([] { for (volatile int i = 0;;) i = i + 1; }).detach();
}
