// Feeds the output back until three passes have been made; how many there were is kept in the feedback folder.
#include <fstream>
#include <iostream>
#include <string>

int main(int, char *words[]) {
    const std::string folder = words[3];
    std::ofstream message(folder + "judgemessage.txt", std::ios::app);
    long long given = 0, output, pass = 0;
    std::string more;
    std::ifstream(folder + "passes.txt") >> pass >> given;
    if (pass == 0) std::ifstream(words[1]) >> given;
    pass++;
    if (!(std::cin >> output) || output != 2 * given || std::cin >> more) {
        message << "pass " << pass << ": not twice " << given << "\n";
        return 43;
    }
    message << "pass " << pass << ": " << output << "\n";
    if (pass == 3) return 42;
    std::ofstream(folder + "passes.txt") << pass << " " << output << "\n";
    std::ofstream(folder + "nextpass.in") << output << "\n";
    return 42;
}
