import java.io.DataInputStream;
import java.io.IOException;

public class Calm {
    private static final DataInputStream IN = new DataInputStream(System.in);
    private static final byte[] BUFFER = new byte[1 << 16];
    private static int filled = 0;
    private static int next = 0;

    private static int read() throws IOException {
        if (next == filled) {
            filled = IN.read(BUFFER);
            next = 0;
            if (filled <= 0) {
                filled = 0;
                return -1;
            }
        }
        return BUFFER[next++];
    }

    private static int nextNumber() throws IOException {
        int c = read();
        while (c == ' ' || c == '\n') {
            c = read();
        }
        int value = 0;
        while (c >= '0' && c <= '9') {
            value = 10 * value + (c - '0');
            c = read();
        }
        return value;
    }

    public static void main(String[] args) throws IOException {
        int n = nextNumber();
        int d = nextNumber();
        int before = 0;
        int start = 1;
        int best = 0;
        int bestStart = 1;
        for (int i = 1; i <= n; i++) {
            int height = nextNumber();
            if (i > 1 && Math.abs(height - before) > d) {
                start = i;
            }
            if (i - start + 1 > best) {
                best = i - start + 1;
                bestStart = start;
            }
            before = height;
        }
        System.out.println(best + " " + bestStart);
    }
}
