#include <cctype>
#include <cstdio>

int main() {
    int c;
    while ((c = std::getchar()) != EOF && c != '\n')
        if (!std::isdigit(c)) return 1;
    return c == '\n' && std::getchar() == EOF ? 42 : 1;
}
