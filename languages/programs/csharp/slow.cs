class Program
{
    static volatile int steps;

    static void Main()
    {
        while (true) steps++;
    }
}
