// Accepts any order of 1..n in which no two neighbours differ by one, and "impossible" where the answer says so.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::string feedback_directory;

[[noreturn]] void reject(const std::string &why) {
    std::ofstream(feedback_directory + "judgemessage.txt") << why << "\n";
    std::exit(43);
}

// The next number of the output, which must be written in digits alone.
int next_family(int house, int n) {
    std::string word;
    if (!(std::cin >> word)) reject("house " + std::to_string(house) + " is missing");
    const bool is_number = word.size() <= 6 && word.find_first_not_of("0123456789") == std::string::npos;
    const int family = is_number ? std::stoi(word) : 0;
    if (family < 1 || family > n) {
        reject("house " + std::to_string(house) + ": \"" + word.substr(0, 20) + "\" is no family");
    }
    return family;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 4) return 1;
    std::ifstream input(argv[1]), answer(argv[2]);
    feedback_directory = argv[3];
    int n;
    std::string expected;
    if (!(input >> n) || !(answer >> expected)) return 1;

    std::string word;
    if (expected == "impossible") {
        // Whatever families were printed, they cannot be right.
        if (!(std::cin >> word) || word != "impossible") reject("it is impossible");
    } else {
        std::vector<int> house_of(n + 1);
        for (int house = 1, before = -1; house <= n; house++) {
            const int family = next_family(house, n);
            if (house_of[family] != 0) {
                reject("family " + std::to_string(family) + " gets houses " + std::to_string(house_of[family]) + " and " +
                       std::to_string(house));
            }
            if (before > 0 && std::abs(family - before) == 1) {
                reject("houses " + std::to_string(house - 1) + " and " + std::to_string(house) + " go to families " +
                       std::to_string(before) + " and " + std::to_string(family));
            }
            house_of[family] = house;
            before = family;
        }
    }
    if (std::cin >> word) reject("\"" + word.substr(0, 20) + "\" follows");
    return 42;
}
