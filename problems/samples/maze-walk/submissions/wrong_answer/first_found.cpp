// Takes the first walk that it finds, going as far as it can before it turns back.
#include <iostream>
#include <string>
#include <vector>

int main() {
    int rows, columns;
    std::cin >> rows >> columns;
    const int width = columns + 2;
    std::string maze(width, '#');
    for (int row = 0; row < rows; row++) {
        std::string line;
        std::cin >> line;
        maze += "#" + line + "#";
    }
    maze += std::string(width, '#');

    const int steps[] = {-width, width, -1, 1};
    const std::string letters = "UDLR";
    int cell = static_cast<int>(maze.find('G'));
    const int pond = static_cast<int>(maze.find('P'));
    std::vector<int> walk;
    while (cell != pond) {
        maze[cell] = '#';
        int found = 0;
        while (found < 4 && maze[cell + steps[found]] == '#') found++;
        if (found < 4) {
            walk.push_back(found);
            cell += steps[found];
        } else if (walk.empty()) {
            std::cout << "-1\n";
            return 0;
        } else {
            cell -= steps[walk.back()];
            walk.pop_back();
        }
    }
    std::cout << walk.size() << "\n";
    for (int step : walk) std::cout << letters[step];
    std::cout << "\n";
}
