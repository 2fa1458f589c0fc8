public class Main {
    static volatile int steps;

    public static void main(String[] arguments) {
        while (true) {
            steps++;
        }
    }
}
