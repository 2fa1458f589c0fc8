#include <vector>

#include "reading.h"

int main(int, char *words[]) {
    std::FILE *input = std::fopen(words[1], "r");
    if (input == nullptr) return 1;
    const int n = number(input);
    std::vector<bool> seen(n + 1);
    for (int i = 0; i < n; i++) {
        const int next = number(stdin);
        if (next < 1 || next > n || seen[next]) return 43;
        seen[next] = true;
    }
    return std::getchar() == EOF || number(stdin) == -1 ? 42 : 43;
}
