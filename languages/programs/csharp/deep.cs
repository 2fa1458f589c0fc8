using System;
using System.Linq;
using System.Threading;

class Program
{
    static int Descend(int depth)
    {
        return depth == 0 ? 0 : Descend(depth - 1) + 1;
    }

    static void Main()
    {
        int[] numbers = Console.ReadLine().Split(' ').Select(int.Parse).ToArray();
        int deep = 0;
        // The main thread's stack cannot be asked to be larger; another thread's can.
        var thread = new Thread(() => deep = Descend(6000000), 256 * 1024 * 1024);
        thread.Start();
        thread.Join();
        Console.WriteLine(numbers[0] + numbers[1] + deep - 6000000);
    }
}
