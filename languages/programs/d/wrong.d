import std.stdio;

void main()
{
    writeln(41);
}
