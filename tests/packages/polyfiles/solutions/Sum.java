import java.io.*;
import java.util.*;

public class Sum {
    public static void main(String[] args) throws IOException {
        Scanner in = new Scanner(new File("sum.in"));
        int sum = 0;
        for (int n = in.nextInt(); n > 0; n--) sum += in.nextInt();
        try (PrintWriter out = new PrintWriter("sum.out")) {
            out.println(sum);
        }
    }
}
