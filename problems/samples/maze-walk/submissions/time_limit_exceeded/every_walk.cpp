// Tries every walk that visits no cell twice.
#include <iostream>
#include <string>

std::string maze, walk, best;
int width, pond;
bool found = false;

void go(int cell) {
    if (cell == pond) {
        if (!found || walk.size() < best.size()) best = walk;
        found = true;
        return;
    }
    if (maze[cell] == '#') return;
    const char before = maze[cell];
    maze[cell] = '#';
    const std::string letters = "UDLR";
    const int steps[] = {-width, width, -1, 1};
    for (int i = 0; i < 4; i++) {
        walk += letters[i];
        go(cell + steps[i]);
        walk.pop_back();
    }
    maze[cell] = before;
}

int main() {
    int rows, columns;
    std::cin >> rows >> columns;
    width = columns + 2;
    maze = std::string(width, '#');
    for (int row = 0; row < rows; row++) {
        std::string line;
        std::cin >> line;
        maze += "#" + line + "#";
    }
    maze += std::string(width, '#');
    pond = static_cast<int>(maze.find('P'));
    go(static_cast<int>(maze.find('G')));
    if (found) {
        std::cout << best.size() << "\n" << best << "\n";
    } else {
        std::cout << "-1\n";
    }
}
