package io.moa;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is set where a process is started and not in its code: system properties over the environment over a file. Immutable; read once,
 * when the runtime is made.
 *
 * <p>Of the system properties those count whose names begin with {@code moa.policy.}. In the environment, where names have
 * few letters, {@code MOA_POLICY} holds all of them, without that beginning and with ';' between them: {@code
 * timeout@shop.Stock=1s;attempts=2}. The file is a properties file in UTF-8, which the system property {@code moa.config} or the
 * variable {@code MOA_CONFIG} names; there the beginning may be left out, and the file may be one that others read as well, so all of it is
 * kept: who knows the policies takes those that are theirs.
 *
 * <p>{@code moa.mesh}, {@code moa.mesh.agent}, {@code moa.mesh.steps} and {@code moa.mesh.token.file} are read from the same places, in the
 * environment as {@code MOA_MESH}, {@code MOA_MESH_AGENT} and so on.
 */
public final class ReleaseSettings {

    /** Names of settings that are read begin so. */
    private static final String PREFIX = "moa.policy.";

    /** Settings of their own: by which way calls go. Their names in the environment are in capitals, with '_' for '.'. */
    private static final List<String> WAYS =
            List.of("moa.mesh", "moa.mesh.agent", "moa.mesh.steps", "moa.mesh.token.file");

    /** Nothing is set. */
    public static final ReleaseSettings NONE = new ReleaseSettings(List.of());

    /**
     * The settings of one place.
     *
     * @param name the place, for people
     * @param texts by their names; of a file all that stands there, of other places only what begins with {@code moa.policy.}
     */
    public record Place(String name, Map<String, String> texts) {
        public Place {
            texts = Map.copyOf(texts);
        }

        /** A setting and where it stands, for people. */
        public String describe(String setting) {
            return name + " " + setting;
        }
    }

    private final List<Place> weakestFirst;

    private ReleaseSettings(List<Place> weakestFirst) {
        this.weakestFirst = List.copyOf(weakestFirst);
    }

    /** These, and one more place which is weaker than all of them. */
    public ReleaseSettings over(Place weakest) {
        List<Place> all = new ArrayList<>();
        all.add(weakest);
        all.addAll(weakestFirst);
        return new ReleaseSettings(all);
    }

    /** The places, each stronger than those before it. */
    public List<Place> weakestFirst() {
        return weakestFirst;
    }

    /** Settings as if they were system properties; for tests, and for those who have a configuration of their own. */
    public static ReleaseSettings of(Map<String, String> texts) {
        return new ReleaseSettings(List.of(new Place("setting", named(texts))));
    }

    /**
     * Reads what is set for this process.
     *
     * @throws IllegalArgumentException if a file is named that cannot be read, or a variable has another form
     */
    public static ReleaseSettings ofProcess() {
        Map<String, String> properties = new TreeMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            String text = System.getProperty(name);
            if (text != null) {
                properties.put(name, text);
            }
        }
        return read(properties, System::getenv);
    }

    static ReleaseSettings read(Map<String, String> properties, UnaryOperator<@Nullable String> variable) {
        List<Place> places = new ArrayList<>();
        String file = properties.get("moa.config");
        if (file == null) {
            file = variable.apply("MOA_CONFIG");
        }
        if (file != null && !file.isBlank()) {
            places.add(new Place("file " + file + ",", ofFile(file.strip())));
        }
        String listed = variable.apply("MOA_POLICY");
        if (listed != null && !listed.isBlank()) {
            places.add(new Place("environment MOA_POLICY,", ofList(listed)));
        }
        Map<String, String> ways = new TreeMap<>();
        for (String name : WAYS) {
            String said = variable.apply(name.toUpperCase(Locale.ROOT).replace('.', '_'));
            if (said != null) {
                ways.put(name, said.strip());
            }
        }
        if (!ways.isEmpty()) {
            places.add(new Place("environment, as MOA_MESH:", ways));
        }
        places.add(new Place("system property", named(properties)));
        return new ReleaseSettings(places);
    }

    private static Map<String, String> ofFile(String file) {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
            read.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The file of settings " + file + ", named by moa.config or MOA_CONFIG, cannot be read: " + e, e);
        }
        Map<String, String> texts = new TreeMap<>();
        for (String name : read.stringPropertyNames()) {
            texts.put(name, read.getProperty(name, "").strip());
        }
        return texts;
    }

    private static Map<String, String> ofList(String listed) {
        Map<String, String> texts = new TreeMap<>();
        for (String one : listed.split(";", -1)) {
            if (one.isBlank()) {
                continue;
            }
            int equals = one.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("MOA_POLICY has the form name=value;name=value, such as"
                        + " timeout@shop.Stock=1s;attempts=2, but there is: " + one.strip());
            }
            texts.put(
                    PREFIX + one.substring(0, equals).strip(),
                    one.substring(equals + 1).strip());
        }
        return texts;
    }

    private static Map<String, String> named(Map<String, String> all) {
        Map<String, String> texts = new TreeMap<>();
        all.forEach((name, text) -> {
            if (name.startsWith(PREFIX) || WAYS.contains(name)) {
                texts.put(name, text.strip());
            }
        });
        return texts;
    }

    @Override
    public String toString() {
        return "ReleaseSettings" + weakestFirst;
    }
}
