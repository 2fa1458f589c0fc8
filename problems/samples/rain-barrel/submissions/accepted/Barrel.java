import java.util.Locale;
import java.util.Scanner;

public class Barrel {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in).useLocale(Locale.ROOT);
        int n = in.nextInt();
        for (int night = 0; night < n; night++) {
            double a = in.nextDouble();
            double b = in.nextDouble();
            double h = in.nextDouble();
            double volume = in.nextDouble();
            double low = 0;
            double high = h;
            for (int i = 0; i < 60; i++) {
                double y = (low + high) / 2;
                double r = a + (b - a) * y / h;
                if (Math.PI * y * (a * a + a * r + r * r) / 3 < volume) {
                    low = y;
                } else {
                    high = y;
                }
            }
            // May print 1.0E-5, which is a number as well.
            System.out.println(high);
        }
    }
}
