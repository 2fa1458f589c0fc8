import std.stdio;

int descend(int depth)
{
    int[24] frame = depth;
    return depth == 0 ? 0 : descend(depth - 1) + 1 + frame[depth % 24] - depth;
}

void main()
{
    int a, b;
    readf(" %d %d", &a, &b);
    writeln(a + b + descend(700_000) - 700_000);
}
