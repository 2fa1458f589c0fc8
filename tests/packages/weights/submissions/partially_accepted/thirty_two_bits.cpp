// All but one of the sum: 20 + 20 + 25 + 25. @EXPECTED_SCORE@: 90
#include <cstdio>

int main() {
    unsigned x;
    std::scanf("%u", &x);
    std::printf("%d\n", (int)(x * x));
}
