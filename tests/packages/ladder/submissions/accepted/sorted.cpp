#include <algorithm>
#include <cstdio>
#include <vector>

int main() {
    int n;
    std::scanf("%d", &n);
    std::vector<int> row(n);
    for (int &number : row) std::scanf("%d", &number);
    std::ranges::sort(row);
    std::printf("%d\n", (int)(std::unique(row.begin(), row.end()) - row.begin()));
}
