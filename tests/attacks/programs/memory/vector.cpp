// covers: B01
// expect: MLE RTE
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: MLE RTE TLE
// memory_mib: 64
#include <vector>
int main()
{
    std::vector<long> numbers;
    for (long i = 0;; i++)
        numbers.push_back(i);
}
