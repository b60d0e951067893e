package io.moa.registry.redis;

import io.moa.discovery.Liveness;

/** A watcher's mark, as followers read it: they need the word alone, the evidence beside it is for people. */
final class MarkRecord {

    private MarkRecord() {}

    /** The field that holds {@code SUSPECT} or {@code OFFLINE}. */
    static final String LIVENESS = "liveness";

    /**
     * Reads the word of a mark.
     *
     * @throws BadEntryException if it is no mark
     */
    static Liveness read(byte[] bytes) throws BadEntryException {
        Liveness[] found = {null};
        EntryJson.read(bytes, (name, json) -> {
            if (name.equals(LIVENESS)) {
                found[0] = switch (EntryJson.text(name, json)) {
                    case "ONLINE" -> Liveness.ONLINE;
                    case "SUSPECT" -> Liveness.SUSPECT;
                    case "OFFLINE" -> Liveness.OFFLINE;
                    default -> throw new BadEntryException("its word is neither SUSPECT nor OFFLINE");
                };
            } else {
                json.skipChildren();
            }
        });
        if (found[0] == null) {
            throw new BadEntryException("it says no word");
        }
        return found[0];
    }

    /** A mark without evidence. */
    static byte[] write(Liveness liveness) {
        return EntryJson.write(json -> json.writeStringField(LIVENESS, liveness.name()));
    }
}
