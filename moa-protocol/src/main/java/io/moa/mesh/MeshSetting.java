package io.moa.mesh;

import io.moa.ReleaseSettings;
import io.moa.discovery.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether calls go through an agent, and who says so. Immutable.
 *
 * @param mode in force
 * @param cause who says so, for people
 */
public record MeshSetting(MeshMode mode, String cause) {

    /** The name of the setting. */
    public static final String NAME = "moa.mesh";

    /** The name of the setting that says where the agent listens. */
    public static final String AGENT_NAME = "moa.mesh.agent";

    /** The name of the setting that says which ways calls may go. */
    public static final String STEPS_NAME = "moa.mesh.steps";

    /** The name of the setting that names a file with what is said to agents over TCP to be let in. */
    public static final String TOKEN_NAME = "moa.mesh.token.file";

    private static final int MAX_TOKEN_BYTES = 4_096;

    /**
     * What holds in this process without what is said live. The strongest place that says anything counts, but an {@code off} in any place of this
     * process stands above all.
     *
     * @param inCode what the code says
     * @throws IllegalArgumentException if a place says what is no mode; the message names it
     */
    public static MeshSetting of(MeshMode inCode, ReleaseSettings release) {
        MeshSetting strongest = new MeshSetting(inCode, inCode == MeshMode.OFF ? "nothing says otherwise" : "the code");
        for (ReleaseSettings.Place place : release.weakestFirst()) {
            String text = place.texts().get(NAME);
            if (text == null || text.isBlank()) {
                continue;
            }
            MeshMode said = MeshMode.parse(text, place.describe(NAME));
            if (strongest.isOffOnPurpose()) {
                continue;
            }
            strongest = new MeshSetting(said, place.describe(NAME));
        }
        return strongest;
    }

    /** Whether somebody has said that calls go directly. */
    public boolean isOffOnPurpose() {
        return mode == MeshMode.OFF && !cause.equals("nothing says otherwise");
    }

    /** Where the release says that the agent listens; null if it does not say. */
    public static @Nullable Address agent(ReleaseSettings release) {
        Address strongest = null;
        for (ReleaseSettings.Place place : release.weakestFirst()) {
            String text = place.texts().get(AGENT_NAME);
            if (text != null && !text.isBlank()) {
                String where = place.describe(AGENT_NAME);
                try {
                    strongest = AgentAddress.check(Address.parse(text.strip()), where);
                } catch (IllegalArgumentException e) {
                    String why = String.valueOf(e.getMessage());
                    throw new IllegalArgumentException(why.startsWith(where) ? why : where + ": " + why, e);
                }
            }
        }
        return strongest;
    }

    /** Which ways calls may go, as the release says; null if it does not say. */
    public static @Nullable List<MeshStep> steps(ReleaseSettings release) {
        List<MeshStep> strongest = null;
        for (ReleaseSettings.Place place : release.weakestFirst()) {
            String text = place.texts().get(STEPS_NAME);
            if (text != null && !text.isBlank()) {
                strongest = MeshStep.parse(text, place.describe(STEPS_NAME));
            }
        }
        return strongest;
    }

    /** What is said to agents over TCP to be let in, by the code or else by the release; null for nothing. */
    public static @Nullable String token(MeshConfig config, ReleaseSettings release) {
        String said = config.token();
        return said != null ? said : token(release);
    }

    /** What the file holds that the release names; null if it names none. */
    public static @Nullable String token(ReleaseSettings release) {
        String token = null;
        for (ReleaseSettings.Place place : release.weakestFirst()) {
            String file = place.texts().get(TOKEN_NAME);
            if (file != null && !file.isBlank()) {
                token = tokenOf(Path.of(file.strip()), place.describe(TOKEN_NAME));
            }
        }
        return token;
    }

    /**
     * Reads a token, without the blanks and line ends around it.
     *
     * @param where the file is named, for people
     * @throws IllegalArgumentException if it cannot be read, or is empty or too long; the message says so, and nothing of what stands there
     */
    public static String tokenOf(Path file, String where) {
        try {
            if (Files.size(file) > MAX_TOKEN_BYTES) {
                throw new IllegalArgumentException(
                        where + ": " + file + " has more than " + MAX_TOKEN_BYTES + " bytes");
            }
            String token = Files.readString(file, StandardCharsets.UTF_8).strip();
            if (token.isEmpty()) {
                throw new IllegalArgumentException(where + ": " + file + " is empty; it is to hold a token");
            }
            return token;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(where + ": there is no file " + file + ", which is to hold a token", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    where + ": the file " + file + " with the token cannot be read: " + e.getMessage(), e);
        }
    }

    /** For people, such as {@code on (system property moa.mesh)}. */
    @Override
    public String toString() {
        return mode.text() + " (" + cause + ")";
    }
}
