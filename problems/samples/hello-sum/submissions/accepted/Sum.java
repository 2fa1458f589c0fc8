import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.StringTokenizer;

public class Sum {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        in.readLine();
        StringTokenizer amounts = new StringTokenizer(in.readLine());
        long total = 0;
        while (amounts.hasMoreTokens()) {
            total += Long.parseLong(amounts.nextToken());
        }
        System.out.println(total);
    }
}
