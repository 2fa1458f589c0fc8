import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

public class Count {
    public static void main(String[] args) throws IOException {
        String text = new String(System.in.readAllBytes()) + Files.readString(Path.of("text.txt"));
        System.out.println(text.chars().filter(c -> c == args[0].charAt(0)).count());
    }
}
