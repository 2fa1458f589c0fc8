public class Half {
    public static void main(String[] args) {
        int sum = "sum";
    }
}
