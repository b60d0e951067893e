package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.annotation.ParameterName;
import io.moa.governance.policy.DeclaredParameters;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers without the interface call the parameters of its methods. */
class DeclaredParametersTest {

    /** Compiled with {@code -parameters}, as all of this build. */
    interface Stock {
        void reserve(String item, int count);

        void renamed(@ParameterName("item") String article, int count);

        void none();

        void same(@ParameterName("count") String item, int count);

        void empty(@ParameterName("") String item);

        void unseen(@ParameterName("a\u200b") String item);
    }

    interface Parent<T> {
        void put(@ParameterName("what") T thing);

        void take(T thing);
    }

    interface Child extends Parent<String> {
        @Override
        void put(String other);

        @Override
        void take(String other);
    }

    interface Left {
        void move(@ParameterName("from") int a);
    }

    interface Right {
        void move(@ParameterName("to") int b);
    }

    interface Both extends Left, Right {}

    interface Settled extends Left, Right {
        @Override
        void move(@ParameterName("where") int c);
    }

    private static @Nullable List<String> names(Class<?> service, String method) {
        return DeclaredParameters.names(service, method(service, method));
    }

    private static Method method(Class<?> service, String name) {
        return Arrays.stream(service.getMethods())
                .filter(each -> each.getName().equals(name) && !each.isBridge())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void namesAreThoseOfTheCompilerUnlessAnAnnotationSaysOthers() {
        assertThat(names(Stock.class, "reserve")).containsExactly("item", "count");
        assertThat(names(Stock.class, "renamed")).containsExactly("item", "count");
        assertThat(names(Stock.class, "none")).isEmpty();
    }

    @Test
    void anAnnotationOfAParentHoldsAndThenTheChildsOwnName() {
        assertThat(names(Child.class, "put")).containsExactly("what");
        assertThat(names(Child.class, "take")).containsExactly("other");
        for (Method each : Child.class.getMethods()) { // bridges too
            assertThat(DeclaredParameters.names(Child.class, each))
                    .containsExactly(each.getName().equals("put") ? "what" : "other");
        }
    }

    @Test
    void twoParentsThatSayDifferentNamesAreAMistakeUnlessTheServiceSaysOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> names(Both.class, "move"))
                .withMessageContaining("@ParameterName of Both.move is said differently");
        assertThat(names(Settled.class, "move")).containsExactly("where");
    }

    @Test
    void whatIsNoNameOrStandsTwiceIsAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> names(Stock.class, "same"))
                .withMessage("The parameters of Stock.same are named count, count; expected another name for each");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> names(Stock.class, "empty"))
                .withMessage(
                        "@ParameterName(\"\") on Stock.empty is no name; expected 1 to 100 characters that can be seen");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> names(Stock.class, "unseen"))
                .withMessageStartingWith("@ParameterName(\"a?\") on Stock.unseen");
    }

    @Test
    void withoutTheOptionOfTheCompilerOnlyAnnotationsAreKnown(@TempDir Path classes) throws Exception {
        Class<?> plain = compiled(
                classes,
                "import io.moa.annotation.ParameterName;"
                        + " public interface Plain { void b(String item, int[] count); void none();"
                        + " void all(@ParameterName(\"item\") String a, @ParameterName(\"count\") int b);"
                        + " void some(@ParameterName(\"item\") String a, int b); void a(); void a(int x); void c(int x); }");
        assertThat(names(plain, "b")).isNull();
        assertThat(names(plain, "some")).isNull();
        assertThat(names(plain, "all")).containsExactly("item", "count");
        assertThat(names(plain, "none")).isEmpty();
        List<Method> nameless = Arrays.stream(plain.getMethods())
                .filter(each -> DeclaredParameters.names(plain, each) == null)
                .toList();
        assertThat(DeclaredParameters.warning(plain, nameless))
                .isEqualTo(
                        "The names of parameters of Plain are not known (a(int), b(String, int[]), c(int) and 1 more), so"
                                + " callers that send JSON give arguments by position only: compile the interface with -parameters, in"
                                + " Kotlin -java-parameters, or say the names with @ParameterName");
    }

    private static Class<?> compiled(Path into, String source) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter told = new StringWriter();
        boolean done = compiler.getTask(
                        told,
                        null,
                        null,
                        List.of("-d", into.toString(), "-proc:none"),
                        null,
                        List.of(
                                new SimpleJavaFileObject(
                                        URI.create("string:///Plain.java"), javax.tools.JavaFileObject.Kind.SOURCE) {
                                    @Override
                                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                                        return source;
                                    }
                                }))
                .call();
        assertThat(done).as(told.toString()).isTrue();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {into.toUri().toURL()}, DeclaredParametersTest.class.getClassLoader())) {
            return loader.loadClass("Plain");
        }
    }
}
