// The class is not named as the file is.
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        System.out.println(new Scanner(System.in).nextInt() + 7L);
    }
}
