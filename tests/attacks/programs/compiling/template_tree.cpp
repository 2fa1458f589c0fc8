// covers: G07
// expect: CE
// compile_ms: 700
// Makes the compiler work for ever.
template <int depth, int side> struct Tree {
    static const long size = Tree<depth - 1, side * 2>::size + Tree<depth - 1, side * 2 + 1>::size;
};
template <int side> struct Tree<0, side> { static const long size = 1; };
int main() { return Tree<25, 0>::size; }
