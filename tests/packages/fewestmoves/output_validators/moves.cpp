// Wants numbers from 1 to the largest allowed that add up to n; how many there are is the score.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

int main(int count, char *words[]) {
    std::ifstream input(words[1]);
    const std::string folder = words[3];
    int largest = 1;
    for (int i = 4; i < count; i++)
        if (std::strncmp(words[i], "largest=", 8) == 0) largest = std::atoi(words[i] + 8);
    long long n, number, sum = 0, moves = 0;
    input >> n;
    while (std::cin >> number) {
        if (number < 1 || number > largest) {
            std::ofstream(folder + "judgemessage.txt") << "move " << number << " is not allowed\n";
            std::ofstream(folder + "teammessage.txt") << "a move is not allowed\n";
            return 43;
        }
        sum += number;
        moves++;
    }
    if (!std::cin.eof() || sum != n) {
        std::ofstream(folder + "judgemessage.txt") << "the moves add up to " << sum << "\n";
        return 43;
    }
    std::ofstream(folder + "score.txt") << moves << "\n";
    return 42;
}
