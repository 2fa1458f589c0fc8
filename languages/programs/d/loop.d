import core.atomic;
import std.stdio;

void main()
{
    int a, b;
    shared int steps;
    readf(" %d %d", &a, &b);
    foreach (i; 0 .. 10_000_000)
        atomicOp!"+="(steps, 1);
    writeln(a + b + steps - 10_000_000);
}
