#include <algorithm>
#include <iostream>
#include <queue>
#include <string>
#include <vector>

int main() {
    int rows, columns;
    std::cin >> rows >> columns;
    // A hedge all around saves every question about the border.
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
    const int gate = static_cast<int>(maze.find('G')), pond = static_cast<int>(maze.find('P'));
    std::vector<int> came(maze.size(), -1);
    std::queue<int> queue;
    queue.push(gate);
    came[gate] = 4;
    while (!queue.empty()) {
        const int cell = queue.front();
        queue.pop();
        for (int i = 0; i < 4; i++) {
            const int next = cell + steps[i];
            if (maze[next] == '#' || came[next] != -1) continue;
            came[next] = i;
            queue.push(next);
        }
    }
    if (came[pond] == -1) {
        std::cout << "-1\n";
        return 0;
    }
    std::string walk;
    for (int cell = pond; cell != gate; cell -= steps[came[cell]]) walk += letters[came[cell]];
    std::reverse(walk.begin(), walk.end());
    std::cout << walk.size() << "\n" << walk << "\n";
}
