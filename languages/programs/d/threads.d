import core.thread;
import std.stdio;

void main()
{
    int a, b, sum;
    readf(" %d %d", &a, &b);
    auto thread = new Thread({ sum = a + b; }).start();
    thread.join();
    writeln(sum);
}
