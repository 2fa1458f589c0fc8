import java.util.*;

public class Sort {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int[] row = new int[in.nextInt()];
        for (int i = 0; i < row.length; i++) row[i] = in.nextInt();
        Arrays.sort(row);
        StringBuilder said = new StringBuilder();
        for (int number : row) said.append(number).append('\n');
        System.out.print(said);
    }
}
