import java.util.Scanner;

public class Main {
    // Threads get the stack that the command line names, so that the main one is as deep as any.
    static int descend(int depth, long a, long b, long c, long d) {
        return depth == 0 ? 0 : descend(depth - 1, d, c, b, a + 1) + 1;
    }

    public static void main(String[] arguments) {
        Scanner input = new Scanner(System.in);
        int sum = input.nextInt() + input.nextInt();
        System.out.println(sum + descend(1200000, 1, 2, 3, 4) - 1200000);
    }
}
