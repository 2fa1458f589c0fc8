import java.util.Scanner;

public class Upwards {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        for (int guess = 1; guess <= n; guess++) {
            System.out.println(guess);
            if (in.next().equals("found")) break;
        }
    }
}
