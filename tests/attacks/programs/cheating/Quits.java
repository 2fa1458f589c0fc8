// covers: F08
// expect: RTE
// reason: exit code
// time_ms: 3000
public class Quits {
    public static void main(String[] words) {
        System.out.println("safe");
        Runtime.getRuntime().halt(42);
    }
}
