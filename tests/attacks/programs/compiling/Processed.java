// covers: G20
// expect: AC
// Brings an annotation processor: code that javac would run, were it asked to.
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.element.TypeElement;

@SupportedAnnotationTypes("*")
public class Processed extends AbstractProcessor {
    @Override
    public boolean process(Set<? extends TypeElement> kinds, RoundEnvironment round) {
        throw new IllegalStateException("@CANARY@");
    }

    public static void main(String[] words) {
        System.out.println("safe");
    }
}
