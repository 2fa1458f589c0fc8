package more;

import java.util.Scanner;

public class More {
    public static void main(String[] args) {
        System.out.println(new Scanner(System.in).nextInt() * 10L);
    }
}
