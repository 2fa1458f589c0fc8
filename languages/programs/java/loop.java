import java.util.Scanner;

public class Main {
    static volatile int steps;

    public static void main(String[] arguments) {
        Scanner input = new Scanner(System.in);
        int sum = input.nextInt() + input.nextInt();
        for (int i = 0; i < 10_000_000; i++) {
            steps++;
        }
        System.out.println(sum + steps - 10_000_000);
    }
}
