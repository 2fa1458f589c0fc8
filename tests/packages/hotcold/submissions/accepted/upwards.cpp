#include <iostream>
#include <string>

int main() {
    int n;
    std::cin >> n;
    for (int guess = 1; guess <= n; guess++) {
        std::cout << guess << std::endl;
        std::string answer;
        std::cin >> answer;
        if (answer == "found") return 0;
    }
}
