// covers: B23 C13
// expect: AC
// memory_mib: 64
// times: 3
// The least that a virtual machine does fits into the least limit that problems have.
public class SmallHello {
    public static void main(String[] words) {
        System.out.println("safe");
    }
}
