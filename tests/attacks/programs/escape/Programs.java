// covers: E17
// expect: AC
// time_ms: 3000
public class Programs {
    public static void main(String[] words) throws Exception {
        String said = "";
        for (String path : new String[] {"/bin/cat", "/usr/bin/head"})
            try {
                Process process = new ProcessBuilder(path, "@CANARY@").start();
                said += new String(process.getInputStream().readAllBytes());
            } catch (java.io.IOException refused) {
            }
        System.out.println(said.isEmpty() ? "safe" : said);
    }
}
