import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayDeque;

public class MazeWalk {
    private record Cell(int row, int column) {
    }

    private static final String LETTERS = "RLDU";
    private static final int[] DOWN = {0, 0, 1, -1};
    private static final int[] RIGHT = {1, -1, 0, 0};

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        String[] size = in.readLine().split(" ");
        int rows = Integer.parseInt(size[0]);
        int columns = Integer.parseInt(size[1]);
        char[][] maze = new char[rows][];
        Cell gate = null;
        Cell pond = null;
        for (int row = 0; row < rows; row++) {
            String line = in.readLine();
            maze[row] = line.toCharArray();
            gate = line.indexOf('G') >= 0 ? new Cell(row, line.indexOf('G')) : gate;
            pond = line.indexOf('P') >= 0 ? new Cell(row, line.indexOf('P')) : pond;
        }
        int[][] came = new int[rows][columns];
        came[gate.row][gate.column] = -1;
        ArrayDeque<Cell> queue = new ArrayDeque<>();
        queue.add(gate);
        while (!queue.isEmpty()) {
            Cell cell = queue.remove();
            for (int i = 0; i < 4; i++) {
                int row = cell.row + DOWN[i];
                int column = cell.column + RIGHT[i];
                if (row < 0 || row >= rows || column < 0 || column >= columns) {
                    continue;
                }
                if (maze[row][column] != '#' && came[row][column] == 0) {
                    came[row][column] = i + 1;
                    queue.add(new Cell(row, column));
                }
            }
        }
        if (came[pond.row][pond.column] == 0) {
            System.out.println(-1);
            return;
        }
        StringBuilder walk = new StringBuilder();
        int row = pond.row;
        int column = pond.column;
        while (came[row][column] > 0) {
            int i = came[row][column] - 1;
            walk.append(LETTERS.charAt(i));
            row -= DOWN[i];
            column -= RIGHT[i];
        }
        System.out.println(walk.length());
        System.out.println(walk.reverse());
    }
}
