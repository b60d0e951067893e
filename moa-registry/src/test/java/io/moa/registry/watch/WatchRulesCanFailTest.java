package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule that keeps a watcher from doing harm is taken away, in a copy of its source that is compiled beside; the test that
 * stands for the rule must then fail. So a rule cannot lose its test, and production code needs no switch for it.
 */
@Tag("once")
class WatchRulesCanFailTest {

    private static final String PACKAGE = "io.moa.registry.watch.";
    private static final Path MAIN = Path.of("src/main/java/io/moa/registry/watch");

    @TempDir
    private Path folder;

    /**
     * A rule, and how it is broken.
     *
     * @param rule in words, as in docs/watcher.md
     * @param file where it stands
     * @param code what stands there, once
     * @param broken what is put in its place
     * @param test the class whose test must fail
     * @param method that test
     */
    record Break(String rule, String file, String code, String broken, Class<?> test, String method) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Break> breaks() {
        return Stream.of(
                new Break(
                        "one vantage point alone removes nobody",
                        "Judge",
                        "&& agreed(seen, now)) {",
                        ") {",
                        WatchSimulationTest.class,
                        "aWatcherCutOffFromHalfRemovesOnlyTheDead"),
                new Break(
                        "one watcher that reached it outweighs all others",
                        "Judge",
                        "if (answered.answer().reached()) {\n                    return false;",
                        "if (answered.answer().reached()) {\n                    continue;",
                        WatchFaultsTest.class,
                        "oneWatcherThatReachesItOutweighsTwoThatDoNot"),
                new Break(
                        "a lease that is missing must have been missing for a while",
                        "Judge",
                        "? now - seen.missingSinceNanos >= missingForNanos(seen)",
                        "? true",
                        WatchSimulationTest.class,
                        "aJumpOfTheStoresClockKillsNobodyEvenWhereTheWatcherIsCutOff"),
                new Break(
                        "whom another watcher reaches stays, though its lease has lapsed",
                        "Judge",
                        "if (lapsed(seen, now) && !reached(seen, now)) {",
                        "if (lapsed(seen, now)) {",
                        JudgeTest.class,
                        "whomAnotherWatcherReachesIsNotRemovedThoughItsLeaseHasLapsed"),
                new Break(
                        "a name that leads nowhere removes nobody",
                        "Judge",
                        "&& !seen.nameless && agreed",
                        "&& agreed",
                        JudgeTest.class,
                        "aNameThatLeadsNowhereIsNoReasonToRemoveWhoseLeaseLives"),
                new Break(
                        "a lease is judged by its own heartbeat",
                        "Judge",
                        "seen.heartbeatMillis * 7 / 3",
                        "0",
                        JudgeTest.class,
                        "aLeaseLapsesWhenTwoOfItsOwnHeartbeatsHaveNotCome"),
                new Break(
                        "so many consumers must complain",
                        "Judge",
                        "seen.signs.complaints().size() >= config.complaints()",
                        "seen.signs.complaints().size() >= 1",
                        WatchFaultsTest.class,
                        "whereNoOtherWatcherIsThreeConsumersAreTheSecondVantagePoint"),
                new Break(
                        "who said goodbye is forgotten past the fuse",
                        "Judge",
                        "if (seen.withdrawn) {",
                        "if (seen.failures < 0) {",
                        WithdrawnTest.class,
                        "aRollingRestartOfAThousandThatLeaveTheirRecordsCostsTheFuseNothing"),
                new Break(
                        "who said goodbye is no sign that a watcher is cut off",
                        "IsolationCheck",
                        "if (each.withdrawn) {",
                        "if (each.failures < 0) {",
                        WithdrawnTest.class,
                        "allThatSaidGoodbyeAndDieAtOnceDoNotMakeAWatcherDoubtItself"),
                new Break(
                        "who answers again is put back",
                        "Judge",
                        "seen.successes >= config.successes()",
                        "seen.successes < 0",
                        WatchSimulationTest.class,
                        "whoAnswersAgainIsPutBackAndWhoStaysAwayIsForgotten"),
                new Break(
                        "a change is made only with a lease and under the fence of the part",
                        "MemoryWatchStore",
                        "!alive(seats.get(watcher))\n                || !new Round.Holding(watcher, verdict.fence()).equals(parts.get(verdict.part()))\n                || verdict",
                        "verdict",
                        WatchSimulationTest.class,
                        "afterAFreezeOfAWatcherItsOldWritesAreRefused"),
                new Break(
                        "a watcher that was paused discards what it saw",
                        "Watcher",
                        "if (late > config.pauseLimit().toNanos()) {",
                        "if (late == Long.MIN_VALUE) {",
                        WatchSimulationTest.class,
                        "aPauseOfTenSecondsBlamesNobody"),
                new Break(
                        "a watcher that reaches nobody doubts itself",
                        "IsolationCheck",
                        "return some >= LEAST && some > all * share;",
                        "return false;",
                        WatchSimulationTest.class,
                        "aWatcherCutOffFromAllLeavesItsPartsToOthers"),
                new Break(
                        "the fuse of a service",
                        "VerdictWriter",
                        "Math.max(1, (int) (size * config.serviceShare()))",
                        "size + 1",
                        WatchSimulationTest.class,
                        "theFuseSlowsTheDeathOfAWholeService"),
                new Break(
                        "the fuse for all",
                        "VerdictWriter",
                        "Math.max(config.overallFloor(), (int) (roster.size() * config.overallShare()))",
                        "roster.size() + 1",
                        WatchFaultsTest.class,
                        "theFuseForAllSlowsDeathsThatNoServiceWouldStop"),
                new Break(
                        "the parts of a watcher without a lease are taken over",
                        "PartTable",
                        "(holding == null || !watchers.containsKey(holding.watcher()))",
                        "holding == null",
                        WatchFaultsTest.class,
                        "ofTwoWatchersTheOtherTakesOverWithinTwoLeases"));
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void aTestFailsWithoutTheRule(Break taken) throws Exception {
        try (BrokenClasses broken = new BrokenClasses(urls(compile(taken)))) {
            Class<?> test = broken.loadClass(taken.test.getName());
            assertThat(test).isNotEqualTo(taken.test);
            Method method = test.getDeclaredMethod(taken.method);
            method.setAccessible(true);
            var constructor = test.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object instance = constructor.newInstance();
            assertThatThrownBy(() -> {
                        try {
                            method.invoke(instance);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    })
                    .as("%s without the rule \"%s\"", taken.method, taken.rule)
                    .isInstanceOf(AssertionError.class);
        }
    }

    private Path compile(Break taken) throws IOException {
        String source = Files.readString(MAIN.resolve(taken.file + ".java"));
        assertThat(source.split(java.util.regex.Pattern.quote(taken.code), -1))
                .as("%s.java holds \"%s\" once", taken.file, taken.code)
                .hasSize(2);
        Path changed = Files.createDirectories(folder.resolve("source")).resolve(taken.file + ".java");
        Files.writeString(changed, source.replace(taken.code, taken.broken));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-d",
                    classes.toString(),
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
            assertThat(compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(changed))
                            .call())
                    .as("the changed %s compiles", taken.file)
                    .isTrue();
        }
        return classes;
    }

    private static URL[] urls(Path changed) throws IOException {
        List<URL> urls = new ArrayList<>();
        urls.add(changed.toUri().toURL());
        for (Class<?> each : List.of(Watcher.class, WatchSimulation.class)) { // main and test classes
            urls.add(each.getProtectionDomain().getCodeSource().getLocation());
        }
        return urls.toArray(URL[]::new);
    }

    /** The watcher's package anew, with the changed class; all else as it is. */
    private static final class BrokenClasses extends URLClassLoader {

        BrokenClasses(URL[] urls) {
            super(urls, WatchRulesCanFailTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith(PACKAGE)) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
