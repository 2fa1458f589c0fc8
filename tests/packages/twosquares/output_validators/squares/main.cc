#include <fstream>
#include <iostream>

#include "squares.h"

int main(int count, char *words[]) {
    const Wishes wanted = wishes(count, words);
    std::ifstream input(words[1]);
    std::ofstream message(std::string(words[3]) + "judgemessage.txt");
    long long n, part, before = 0, sum = 0;
    int parts = 0;
    input >> n;
    while (std::cin >> part) {
        if (part < 0 || part > 1000) {
            message << part << " is out of range\n";
            return 43;
        }
        if (wanted.ordered && part < before) {
            message << part << " follows " << before << "\n";
            return 43;
        }
        before = part;
        sum += part * part;
        parts++;
    }
    if (!std::cin.eof() || sum != n || parts != wanted.squares) {
        message << parts << " squares add up to " << sum << "\n";
        return 43;
    }
    return 42;
}
