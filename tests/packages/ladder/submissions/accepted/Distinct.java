import java.util.HashSet;
import java.util.Scanner;

public class Distinct {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        HashSet<Integer> seen = new HashSet<>();
        for (int n = in.nextInt(); n > 0; n--) seen.add(in.nextInt());
        System.out.println(seen.size());
    }
}
