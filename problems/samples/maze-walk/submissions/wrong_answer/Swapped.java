import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

/** Finds a shortest walk from the pond to the gate, and prints that. */
public class Swapped {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int rows = in.nextInt();
        int columns = in.nextInt();
        StringBuilder maze = new StringBuilder("#".repeat(columns + 2));
        for (int row = 0; row < rows; row++) {
            maze.append('#').append(in.next()).append('#');
        }
        maze.append("#".repeat(columns + 2));
        int[] steps = {-(columns + 2), columns + 2, -1, 1};
        int gate = maze.indexOf("G");
        int pond = maze.indexOf("P");
        Map<Integer, Integer> came = new HashMap<>(Map.of(gate, -1));
        ArrayDeque<Integer> queue = new ArrayDeque<>(came.keySet());
        while (!queue.isEmpty()) {
            int cell = queue.remove();
            for (int i = 0; i < 4; i++) {
                if (maze.charAt(cell + steps[i]) != '#' && came.putIfAbsent(cell + steps[i], i) == null) {
                    queue.add(cell + steps[i]);
                }
            }
        }
        if (!came.containsKey(pond)) {
            System.out.println(-1);
            return;
        }
        StringBuilder walk = new StringBuilder();
        for (int cell = pond; cell != gate; cell -= steps[came.get(cell)]) {
            walk.append("DURL".charAt(came.get(cell)));
        }
        System.out.println(walk.length());
        System.out.println(walk);
    }
}
