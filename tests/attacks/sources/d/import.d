enum found = import("@CANARY@");

void main()
{
    import std.stdio;
    writeln(found);
}
