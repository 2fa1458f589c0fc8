#include <cstdio>

int main() {
    auto next = [] {
        long long number = 0;
        std::scanf("%lld", &number);
        return number;
    };
    long long sum = 0;
    for (auto n = next(); n > 0; n--) sum += next();
    std::printf("%lld\n", sum);
}
