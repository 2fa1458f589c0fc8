import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        Adder adder = new Adder();
        for (int n = in.nextInt(); n > 0; n--) adder.add(in.nextLong());
        System.out.println(adder.sum());
    }
}
