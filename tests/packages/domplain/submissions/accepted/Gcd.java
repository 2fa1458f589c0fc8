import java.math.BigInteger;
import java.util.Scanner;

public class Gcd {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        BigInteger a = in.nextBigInteger();
        System.out.println(a.gcd(in.nextBigInteger()));
    }
}
