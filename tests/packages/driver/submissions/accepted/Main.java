// Java has no driver here, only the default folder.
import java.math.BigInteger;
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        BigInteger modulus = BigInteger.valueOf({{modulus}});
        System.out.println(in.nextBigInteger().modPow(in.nextBigInteger(), modulus));
        if (!new java.io.File("README.txt").exists()) throw new IllegalStateException("no README.txt");
    }
}
