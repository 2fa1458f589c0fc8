// Java ends with 1 where nobody catches.
public class Throws {
    public static void main(String[] args) {
        throw new IllegalStateException("no");
    }
}
