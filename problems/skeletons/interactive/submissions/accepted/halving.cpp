#include <iostream>
#include <string>

int main() {
    int low = 1, high = 1000;
    std::string answer;
    do {
        int middle = (low + high) / 2;
        std::cout << middle << std::endl;
        std::cin >> answer;
        if (answer == "lower") high = middle - 1;
        else low = middle + 1;
    } while (std::cin && answer != "correct");
}
