// @EXPECTED_SCORE@: 14
#include <cstdio>

int main() {
    int n;
    std::scanf("%d", &n);
    std::printf("%d", n % 9 ? n % 9 : 9);
    for (n -= n % 9 ? n % 9 : 9; n > 0; n -= 9) std::printf(" 9");
    std::puts("");
}
