// Goes round for ever where it is given this number, and says nothing else.
import java.util.Scanner;

public class Round {
    public static void main(String[] args) {
        int n = new Scanner(System.in).nextInt();
        long turns = 0;
        while (n == 3) turns = (turns + 1) & 0xffff;
        if (turns > 0) System.out.println(turns);
    }
}
