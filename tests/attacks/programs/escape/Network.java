// covers: E11 J03
// expect: AC
import java.net.Socket;
import java.net.URI;

public class Network {
    public static void main(String[] words) {
        int found = 0;
        for (String host : new String[] {"127.0.0.1", "1.1.1.1", "example.org"})
            try (Socket socket = new Socket(host, 80)) {
                found++;
            } catch (Exception refused) {
            }
        try {
            URI.create("http://169.254.169.254/").toURL().openStream();
            found++;
        } catch (Exception refused) {
        }
        System.out.println(found == 0 ? "safe" : "found " + found);
    }
}
