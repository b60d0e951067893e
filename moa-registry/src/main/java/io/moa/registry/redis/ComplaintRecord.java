package io.moa.registry.redis;

import io.moa.registry.watch.WatchStore;

/**
 * Why one consumer cannot reach a process, and since when, as it stands in Redis under the consumer's name.
 *
 * @param reason for people
 * @param atMillis when it was written, by Redis's clock
 */
record ComplaintRecord(String reason, long atMillis) {

    byte[] write() {
        return EntryJson.write(json -> {
            json.writeStringField("reason", reason);
            json.writeNumberField("at", atMillis);
        });
    }

    /**
     * Reads what a consumer wrote.
     *
     * @throws BadEntryException if it is no complaint
     */
    static ComplaintRecord read(byte[] bytes) throws BadEntryException {
        String[] reason = {""};
        long[] at = {0};
        EntryJson.read(bytes, (name, json) -> {
            switch (name) {
                case "reason" -> reason[0] = EntryJson.text(name, json);
                case "at" -> at[0] = EntryJson.integer(name, json, 0, Long.MAX_VALUE);
                default -> json.skipChildren();
            }
        });
        return new ComplaintRecord(reason[0], at[0]);
    }

    /** Whether it still counts. One of the future does not: nobody would ever be rid of it. */
    boolean countsAt(long nowMillis) {
        long age = nowMillis - atMillis;
        return age >= 0 && age < WatchStore.COMPLAINT_LIFE.toMillis();
    }
}
