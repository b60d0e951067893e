package io.moa.client.mesh;

import io.moa.ReleaseSettings;
import io.moa.discovery.Address;
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

    /**
     * What holds in this process without what is said live. The strongest place that says anything counts, but an {@code off} in any place of this
     * process stands above all.
     *
     * @param inCode what the code says
     * @throws IllegalArgumentException if a place says what is no mode; the message names it
     */
    static MeshSetting of(MeshMode inCode, ReleaseSettings release) {
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
    boolean isOffOnPurpose() {
        return mode == MeshMode.OFF && !cause.equals("nothing says otherwise");
    }

    /** Where the release says that the agent listens; null if it does not say. */
    static @Nullable Address agent(ReleaseSettings release) {
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

    /** For people, such as {@code on (system property moa.mesh)}. */
    @Override
    public String toString() {
        return mode.text() + " (" + cause + ")";
    }
}
