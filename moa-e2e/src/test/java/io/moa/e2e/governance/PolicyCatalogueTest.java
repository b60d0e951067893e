package io.moa.e2e.governance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.CallKey;
import io.moa.annotation.MoaService;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.rule.RouteRule;
import io.moa.governance.rule.Rule;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Everything that an annotation can say is in the table of policies, and everything in the table is shown by a test of the kernel, by a
 * test over sockets, and by a row of the documentation. That each says its origin in
 * explanations is shown by {@link PolicyOriginsTest} and {@link RuleOriginsTest}, out of the same table. With {@code MOA_DOCS_UPDATE=true} in the environment the rows are written anew.
 */
class PolicyCatalogueTest {

    private static final Path ROOT = root();
    private static final Path DOCS = ROOT.resolve("docs/governance.md");
    private static final String BEGIN = "<!-- policies: written by PolicyCatalogueTest -->\n";
    private static final String END = "<!-- end of policies -->";

    /** What annotations say that is no policy of calls. */
    private static final Set<String> NO_POLICIES = Set.of(
            "@ErrorCode(value)",
            "@ParameterName(value)",
            "@SubTypes(value)",
            "@MoaService(name)",
            "@MoaService(group)",
            "@MoaService(version)",
            "@CallKey(path)"); // beside the value

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("moa-api"))) {
            at = at.getParent();
        }
        assertThat(at).as("the root of the project").isNotNull();
        return at;
    }

    private static List<Class<? extends Annotation>> annotations() throws Exception {
        List<Class<? extends Annotation>> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(ROOT.resolve("moa-api/src/main/java/io/moa/annotation"))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                if (name.equals("package-info")) {
                    continue;
                }
                Class<?> type = Class.forName(MoaService.class.getPackageName() + "." + name);
                if (type.isAnnotation()) {
                    found.add(type.asSubclass(Annotation.class));
                }
            }
        }
        return found;
    }

    @Test
    void everyAttributeOfEveryAnnotationIsInTheTable() throws Exception {
        Set<String> known = PolicyKey.all().stream().map(key -> "" + key.said()).collect(Collectors.toSet());
        Set<String> missing = new TreeSet<>();
        for (Class<? extends Annotation> annotation : annotations()) {
            Method[] attributes = annotation.getDeclaredMethods();
            if (attributes.length == 0 && !known.contains("@" + annotation.getSimpleName())) {
                missing.add("@" + annotation.getSimpleName());
            }
            for (Method attribute : attributes) {
                String said = "@" + annotation.getSimpleName() + "(" + attribute.getName() + ")";
                if (!known.contains(said) && !NO_POLICIES.contains(said)) {
                    missing.add(said);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void whatIsNoPolicyHasItsRowInTheDocumentationToo() throws IOException {
        List<String> rows = Files.readAllLines(DOCS, UTF_8).stream()
                .filter(line -> line.startsWith("| `@"))
                .toList();
        for (String attribute : NO_POLICIES) {
            assertThat(rows)
                    .as(attribute)
                    .filteredOn(row -> row.startsWith("| `" + attribute + "` |"))
                    .singleElement()
                    .satisfies(row ->
                            assertThat(List.of(row.split("\\|")).subList(1, 7)).noneMatch(String::isBlank));
        }
    }

    private static Set<String> shownIn(String tests) throws IOException {
        Set<String> shown = new TreeSet<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve(tests))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith("Test.java")).toList()) {
                shown.addAll(ShownSource.shown(file.getFileName().toString(), Files.readString(file, UTF_8)));
            }
        }
        return shown;
    }

    /** Kinds of rules, and what a route rule can do: one name for each implementation of its action, and for what else it may say. */
    static Set<String> rules() {
        Set<String> rules = new TreeSet<>(List.of("route mirror", "route sticky", "route otherwise"));
        for (Class<?> kind : Rule.class.getPermittedSubclasses()) {
            rules.add("rule " + kind.getSimpleName().replace("Rule", "").toLowerCase(Locale.ROOT));
        }
        for (Class<?> action : RouteRule.Action.class.getPermittedSubclasses()) {
            rules.add("route " + action.getSimpleName().toLowerCase(Locale.ROOT));
        }
        return rules;
    }

    /** Policies by name, and all that rules can do. */
    private static Set<String> allButThoseOf(Set<String> shown) {
        Set<String> missing = rules();
        PolicyKey.all().forEach(key -> missing.add(key.name()));
        missing.removeAll(shown);
        return missing;
    }

    @Test
    void everyPolicyIsShownByATestOfTheKernel() throws IOException {
        Set<String> shown = shownIn("moa-governance/src/test/java");
        shown.addAll(shownIn("moa-client/src/test/java")); // a stub and its filters put decisions on the route
        shown.addAll(shownIn("moa-server/src/test/java")); // what a provider says of itself is decided there
        assertThat(allButThoseOf(shown)).isEmpty();
    }

    @Test
    void everyPolicyIsShownByATestOverSockets() throws IOException {
        assertThat(allButThoseOf(shownIn("moa-e2e/src/test/java"))).isEmpty();
    }

    private static <T> String row(PolicyKey<T> key) {
        return "| `" + key.name() + "` | `" + key.example() + "` | " + key.meaning() + " | "
                + key.type().range() + " | " + defaults(key) + " | "
                + key.side().label() + " | " + (key.isLive() ? "yes" : "no") + " |\n";
    }

    /** What holds where nothing is said, and what the annotation says where it stands without the attribute, if that is something else. */
    private static <T> String defaults(PolicyKey<T> key) {
        String none = shown(key.type().plain(key.defaultValue()));
        PolicyKey.Said said = key.said();
        if (said == null || said.attribute().isEmpty() || said.annotation() == CallKey.class) {
            return none;
        }
        Object alone;
        try {
            alone = said.annotation().getMethod(said.attribute()).getDefaultValue();
        } catch (NoSuchMethodException e) {
            throw new AssertionError(said + " is not there", e);
        }
        String bare = alone == null ? none : shown(key.type().plain(key.read(alone)));
        return bare.equals(none) ? none : none + "; by `@" + said.annotation().getSimpleName() + "` alone " + bare;
    }

    private static String shown(Object plain) {
        return plain.toString().isEmpty() || plain.toString().equals("{}") ? "none" : "`" + plain + "`";
    }

    @Test
    void everyPolicyHasItsRowInTheDocumentation() throws IOException {
        StringBuilder rows = new StringBuilder(
                "\n| policy | example | what it says | values | default | enforced at | by live rule |\n"
                        + "| --- | --- | --- | --- | --- | --- | --- |\n");
        PolicyKey.all().forEach(key -> rows.append(row(key)));
        rows.append('\n');
        String page = Files.readString(DOCS, UTF_8);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(begin).isGreaterThan(BEGIN.length());
        assertThat(end).isGreaterThanOrEqualTo(begin);
        if ("true".equals(System.getenv("MOA_DOCS_UPDATE"))) {
            Files.writeString(DOCS, page.substring(0, begin) + rows + page.substring(end), UTF_8);
        } else {
            assertThat(page.substring(begin, end)).isEqualTo(rows.toString());
        }
    }
}
