public class Half {
    public static void main(String[] args) {
        long total = "nothing";
        System.out.println(total);
    }
}
