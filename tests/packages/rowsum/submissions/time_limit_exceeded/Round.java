// Goes round for ever.
public class Round {
    public static void main(String[] args) {
        long n = 0;
        while (n >= 0) n = (n + 1) & 0xffff;
        System.out.println(n);
    }
}
