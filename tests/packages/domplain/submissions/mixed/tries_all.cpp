// Which of both it is depends on the machine.
// @EXPECTED_RESULTS@: TIMELIMIT, CORRECT
#include <cstdio>

int main() {
    long long a, b, best = 1;
    std::scanf("%lld %lld", &a, &b);
    for (long long d = 1; d <= a && d <= b && d < 400000000; d++)
        if (a % d == 0 && b % d == 0) best = d;
    std::printf("%lld\n", best > 6 && a > 1000000000 ? 1048576LL : best);
}
