// covers: B02
// expect: RTE MLE
public class Recursion {
    static long deeper(long depth) {
        return deeper(depth + 1) + depth;
    }

    public static void main(String[] words) {
        System.out.println(deeper(0));
    }
}
