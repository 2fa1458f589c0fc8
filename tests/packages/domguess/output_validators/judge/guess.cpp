// Thinks of a number: answers "lower", "higher" or "correct". The flag says how many questions there are.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

int main(int count, char *words[]) {
    std::ifstream input(words[1]);
    std::ofstream message(std::string(words[3]) + "judgemessage.txt");
    long long secret, guess;
    input >> secret;
    const int most = count > 4 ? std::atoi(words[4]) : 10;
    for (int asked = 1; asked <= most; asked++) {
        if (!(std::cin >> guess)) {
            message << "no guess, but the end of the output, or no number\n";
            return 43;
        }
        if (guess < 1 || guess > 1000) {
            message << "guess " << guess << " is out of range\n";
            return 43;
        }
        if (guess == secret) {
            std::cout << "correct" << std::endl;
            std::string more;
            if (std::cin >> more) {
                message << "more output after the right guess\n";
                return 43;
            }
            return 42;
        }
        std::cout << (guess > secret ? "lower" : "higher") << std::endl;
    }
    message << "not found in " << most << " guesses\n";
    return 43;
}
