// By its extension this is C++, not C.
#include <cstdio>
#include <numeric>
#include <vector>

int main() {
    int n;
    std::scanf("%d", &n);
    std::vector<long long> row(n);
    for (auto &number : row) std::scanf("%lld", &number);
    std::printf("%lld\n", std::accumulate(row.begin(), row.end(), 0LL));
}
