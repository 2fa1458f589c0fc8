import java.util.Scanner;

/** Prints the right sum, but says that it failed. */
public class Exit {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        long total = 0;
        for (int i = 0; i < n; i++) {
            total += in.nextInt();
        }
        System.out.println(total);
        System.exit(3);
    }
}
