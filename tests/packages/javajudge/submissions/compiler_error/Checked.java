// Nobody catches what may be thrown.
public class Checked {
    public static void main(String[] args) {
        System.out.println(System.in.read());
    }
}
