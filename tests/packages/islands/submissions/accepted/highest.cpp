// @EXPECTED_SCORE@: 100
#include <algorithm>
#include <cstdio>

int main() {
    int n, height, highest = -1000;
    std::scanf("%d", &n);
    while (n-- > 0 && std::scanf("%d", &height) == 1) highest = std::max(highest, height);
    std::printf("%d\n", highest);
}
