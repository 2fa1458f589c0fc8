#include <iostream>

int main() {
    int low = 1, high;
    char answer = '?';
    std::cin >> high;
    while (answer != '=') {
        const int guess = (low + high) / 2;
        std::cout << guess << std::endl;
        if (!(std::cin >> answer)) return 1;
        if (answer == '<') high = guess - 1;
        if (answer == '>') low = guess + 1;
    }
}
