// covers: A06
// expect: RTE TLE MLE
// time_ms: 800
public class Threads {
    public static void main(String[] words) {
        while (true)
            new Thread(() -> {
                while (true) {
                    Thread.onSpinWait();
                }
            }).start();
    }
}
