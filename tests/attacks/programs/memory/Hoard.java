// covers: B01
// expect: MLE RTE
import java.util.ArrayList;
import java.util.List;

public class Hoard {
    public static void main(String[] words) {
        List<byte[]> hoard = new ArrayList<>();
        while (true) {
            byte[] block = new byte[1 << 20];
            java.util.Arrays.fill(block, (byte) 1);
            hoard.add(block);
        }
    }
}
