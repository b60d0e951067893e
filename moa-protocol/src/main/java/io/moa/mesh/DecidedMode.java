package io.moa.mesh;

import io.moa.ReleaseSettings;
import io.moa.transport.Peer;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which mode holds in a process: what code and release say, and above them what operators say live, but of a process that says {@code off}. Safe for many
 * threads.
 */
public final class DecidedMode {

    private final MeshSetting local;
    private final Peer self;
    private final Consumer<String> complaints;
    private volatile String told = "";

    /**
     * What holds while nobody says anything live.
     *
     * @param self of whom operators may say something
     * @param complaints told what cannot be read, once in a row
     * @throws IllegalArgumentException if a setting says what cannot be; the message names it
     */
    public DecidedMode(MeshConfig config, ReleaseSettings release, Peer self, Consumer<String> complaints) {
        this.local = MeshSetting.of(config.mode(), release);
        this.self = self;
        this.complaints = complaints;
    }

    /** What this process says itself. */
    public MeshSetting local() {
        return local;
    }

    /**
     * What holds now.
     *
     * @param settings what operators say, by the names of the settings
     * @return null if it cannot be read, and what held before holds on
     */
    public @Nullable MeshSetting with(Map<String, String> settings) {
        try {
            MeshSetting said = LiveSetting.of(settings, self);
            return said == null || local.isOffOnPurpose() ? local : said;
        } catch (IllegalArgumentException e) {
            String wrong = String.valueOf(e.getMessage());
            if (!wrong.equals(told)) {
                told = wrong;
                complaints.accept(wrong + "; what held before holds on");
            }
            return null;
        }
    }
}
