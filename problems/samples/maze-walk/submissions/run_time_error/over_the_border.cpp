// Looks for the pond beyond the border of the maze.
#include <iostream>
#include <queue>
#include <string>
#include <vector>

int main() {
    int rows, columns;
    std::cin >> rows >> columns;
    std::vector<std::string> maze(rows);
    std::queue<std::pair<int, int>> queue;
    for (int row = 0; row < rows; row++) {
        std::cin >> maze[row];
        if (maze[row].find('G') != std::string::npos) queue.emplace(row, maze[row].find('G'));
    }
    int visited = 0;
    while (!queue.empty()) {
        const auto [row, column] = queue.front();
        queue.pop();
        if (maze.at(row).at(column) == '#') continue;
        maze.at(row).at(column) = '#';
        visited++;
        queue.emplace(row - 1, column);
        queue.emplace(row + 1, column);
        queue.emplace(row, column - 1);
        queue.emplace(row, column + 1);
    }
    std::cout << visited << "\n";
}
