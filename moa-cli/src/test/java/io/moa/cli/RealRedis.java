package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.embedded.EmbeddedRegistry;
import java.util.Locale;
import java.util.Set;

/** The Redis that tests of commands run on. Where MOA brings one along its absence is a failure: a test left out proves nothing. */
final class RealRedis {

    private static final Set<String> BROUGHT_ALONG = Set.of("amd64", "x86_64", "aarch64", "arm64");

    private RealRedis() {}

    /** Whether MOA promises a Redis to this machine, whatever is installed: Linux on x86-64 and 64-bit ARM. */
    static boolean isPromised() {
        return System.getProperty("os.name", "").startsWith("Linux")
                && BROUGHT_ALONG.contains(System.getProperty("os.arch", "").toLowerCase(Locale.ROOT));
    }

    /** The Redis of a registry; without one the test fails, or is left out on a machine that is promised none. */
    static EmbeddedRedis of(EmbeddedRegistry embedded) {
        if (isPromised()) {
            assertThat(embedded.redis()).as("%s", embedded).isPresent();
        } else {
            assumeThat(embedded.redis()).as("%s", embedded).isPresent();
        }
        return embedded.redis().orElseThrow();
    }
}
