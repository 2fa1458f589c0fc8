// Writes the files 2 and 3: rows of squares and of cubes.
#include <fstream>

#include "testlib.h"

int main(int count, char *words[]) {
    registerGen(count, words, 1);
    const int n = opt<int>("n");
    for (int power = 2; power <= 3; power++) {
        std::ofstream file(std::to_string(power));
        file << n << "\n";
        for (int i = 1; i <= n; i++) file << (power == 2 ? i * i : i * i * i) << (i < n ? " " : "\n");
    }
}
