import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/** Takes amounts off the front of a list and sums up the rest each time. */
public class Quadratic {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        List<Long> amounts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            amounts.add(in.nextLong());
        }
        long total = 0;
        for (int start = 0; start < n; start++) {
            long rest = 0;
            for (int i = start; i < n; i++) {
                rest += amounts.get(i) % 1000003;
            }
            total += rest == Long.MIN_VALUE ? 0 : amounts.get(start);
        }
        System.out.println(total);
    }
}
