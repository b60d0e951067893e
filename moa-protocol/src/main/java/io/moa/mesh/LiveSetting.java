package io.moa.mesh;

import io.moa.transport.Peer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What operators say of the mode of processes, in the store of the rules: {@code moa.mesh} of all, {@code moa.mesh@application} of those of an
 * application, {@code moa.mesh@application#instance} of one. The value is a mode, and perhaps of how many of them it holds: {@code on 20%}. Which ones
 * these are is decided by their uuids, and with a larger share they stay among them. Functions without state.
 */
public final class LiveSetting {

    private static final Pattern VALUE =
            Pattern.compile("\\s*([A-Za-z]+)(?:\\s+([0-9]{1,3}(?:\\.[0-9]{1,2})?)\\s*%)?\\s*");

    private LiveSetting() {}

    /**
     * What is said of a process; null if nothing is.
     *
     * @throws IllegalArgumentException if what is said of it cannot be read; the message names it
     */
    public static @Nullable MeshSetting of(Map<String, String> settings, Peer self) {
        String ofApplication = MeshSetting.NAME + "@" + self.application();
        for (String name : List.of(ofApplication + "#" + self.instance(), ofApplication, MeshSetting.NAME)) {
            String text = settings.get(name);
            if (text == null) {
                continue;
            }
            Matcher value = VALUE.matcher(text);
            if (!value.matches()) {
                throw new IllegalArgumentException("live setting " + name
                        + " is off, auto or on, perhaps with a share such as \"on 20%\", not \"" + text + "\"");
            }
            MeshMode mode = MeshMode.parse(value.group(1), "live setting " + name);
            String percent = value.group(2);
            if (percent == null) {
                return new MeshSetting(mode, "live setting " + name);
            }
            double share = Double.parseDouble(percent);
            if (share > 100) {
                throw new IllegalArgumentException("live setting " + name + " is for 0% to 100%, not " + text.strip());
            }
            if (place(self.instance()) < share) {
                return new MeshSetting(mode, "live setting " + name + ", for " + percent + "%");
            }
        }
        return null;
    }

    /** Where an instance stands among all, 0 to 100, the same for ever. */
    static double place(String instance) {
        CRC32C hash = new CRC32C();
        hash.update(("mesh " + instance).getBytes(StandardCharsets.UTF_8));
        return hash.getValue() * 100.0 / (1L << 32);
    }
}
