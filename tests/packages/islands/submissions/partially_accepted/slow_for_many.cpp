// @EXPECTED_GRADES@ AC AC TLE
// @EXPECTED_SCORE@: 50
#include <algorithm>
#include <cstdio>

int main() {
    int n, height, highest = -1000;
    std::scanf("%d", &n);
    volatile int turns = 0;
    while (n > 10) turns = turns ^ 1;
    while (n-- > 0 && std::scanf("%d", &height) == 1) highest = std::max(highest, height);
    std::printf("%d\n", highest);
}
