// Keeps the whole walk to each cell, which is too much where walks are long.
#include <iostream>
#include <queue>
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
    const int gate = static_cast<int>(maze.find('G')), pond = static_cast<int>(maze.find('P'));
    std::vector<std::string> walks(maze.size());
    std::queue<int> queue;
    queue.push(gate);
    maze[gate] = '#';
    while (!queue.empty()) {
        const int cell = queue.front();
        queue.pop();
        for (int i = 0; i < 4; i++) {
            const int next = cell + steps[i];
            if (maze[next] == '#') continue;
            maze[next] = '#';
            walks[next].reserve(walks[cell].size() + 1);
            walks[next] = walks[cell];
            walks[next] += "UDLR"[i];
            queue.push(next);
        }
    }
    if (walks[pond].empty()) {
        std::cout << "-1\n";
    } else {
        std::cout << walks[pond].size() << "\n" << walks[pond] << "\n";
    }
}
