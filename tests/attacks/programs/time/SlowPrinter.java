// covers: C10
// expect: TLE
// time_ms: 800
// Prints line after line, each after more work than the last.
public class SlowPrinter {
    public static void main(String[] words) {
        double sum = 0;
        for (long work = 1;; work *= 2) {
            for (long i = 0; i < work; i++) sum += Math.sin(i);
            System.out.println(sum);
        }
    }
}
