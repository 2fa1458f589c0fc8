// @EXPECTED_SCORE@: 100
#include <cstdio>

int main() {
    long long x;
    std::scanf("%lld", &x);
    std::printf("%lld\n", x * x);
}
