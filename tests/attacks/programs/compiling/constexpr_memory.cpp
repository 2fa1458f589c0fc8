// covers: G09
// expect: CE
// compile_ms: 2000
// Lets the compiler hold what nobody has the memory for.
constexpr int fill()
{
    int *all[100000] = {};
    for (int i = 0; i < 100000; i++) {
        all[i] = new int[100000]{};
        for (int j = 0; j < 100000; j++)
            all[i][j] = i + j;
    }
    return all[5][5];
}
constexpr int filled = fill();
int main() { return filled; }
