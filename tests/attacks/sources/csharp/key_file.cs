[assembly: System.Reflection.AssemblyKeyFile("@CANARY@")]

class Program
{
    static void Main()
    {
        string[] numbers = System.Console.ReadLine().Split(' ');
        System.Console.WriteLine(int.Parse(numbers[0]) + int.Parse(numbers[1]));
    }
}
