#include <cstdio>
#include <string>

int main() {
    int n;
    std::scanf("%d", &n);
    for (int i = 1; i <= n; i++)
        std::printf("%s%s\r\n", std::string(n - i, ' ').c_str(), std::string(i, 'A').c_str());
}
