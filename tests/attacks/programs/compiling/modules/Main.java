// covers: G20
// expect: AC CE
// Brings a description of a module that asks for all of the machine's.
public class Main {
    public static void main(String[] words) {
        System.out.println("safe");
    }
}
