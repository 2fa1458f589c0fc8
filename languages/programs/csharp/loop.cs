using System;
using System.Linq;

class Program
{
    static volatile int steps;

    static void Main()
    {
        int[] numbers = Console.ReadLine().Split(' ').Select(int.Parse).ToArray();
        for (int i = 0; i < 10000000; i++) steps++;
        Console.WriteLine(numbers[0] + numbers[1] + steps - 10000000);
    }
}
