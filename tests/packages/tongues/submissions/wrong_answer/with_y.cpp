#include <cstdio>
#include <cstring>

int main() {
    int c, found = 0;
    while ((c = std::getchar()) != '\n') found += std::strchr("aeiouy", c) != nullptr;
    std::printf("%d\n", found);
}
