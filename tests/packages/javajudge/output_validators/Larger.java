import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;

public class Larger {
    public static void main(String[] words) throws IOException {
        BigInteger given = new BigInteger(Files.readString(Path.of(words[0])).trim());
        Scanner output = new Scanner(System.in);
        boolean isRight = output.hasNextBigInteger() && output.nextBigInteger().compareTo(given) > 0 && !output.hasNext();
        if (!isRight) Files.writeString(Path.of(words[2], "judgemessage.txt"), "not larger than " + given + "\n");
        System.exit(isRight ? 42 : 43);
    }
}
