// covers: G07
// expect: CE
public class DeepExpression {
    public static void main(String[] words) {
        int x = @TIMES 20000 (@1@TIMES 20000 )@;
        System.out.println("safe");
    }
}
