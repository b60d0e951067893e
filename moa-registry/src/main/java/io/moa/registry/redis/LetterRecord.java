package io.moa.registry.redis;

import io.moa.registry.watch.Letter;

/** A letter between watchers, as it stands in Redis. */
final class LetterRecord {

    private LetterRecord() {}

    static byte[] write(Letter letter) {
        return EntryJson.write(json -> {
            json.writeStringField("from", letter.from());
            json.writeStringField("to", letter.to());
            json.writeStringField("uuid", letter.uuid());
            if (letter instanceof Letter.Answer answer) {
                json.writeBooleanField("reached", answer.reached());
                json.writeStringField("finding", answer.finding());
            }
        });
    }

    /**
     * Reads what another watcher wrote.
     *
     * @throws BadEntryException if it is no letter
     */
    static Letter read(byte[] bytes) throws BadEntryException {
        String[] texts = {"", "", "", ""};
        boolean[] answered = {false, false};
        EntryJson.read(bytes, (name, json) -> {
            switch (name) {
                case "from" -> texts[0] = EntryJson.text(name, json);
                case "to" -> texts[1] = EntryJson.text(name, json);
                case "uuid" -> texts[2] = EntryJson.text(name, json);
                case "finding" -> texts[3] = EntryJson.text(name, json);
                case "reached" -> {
                    answered[0] = true;
                    answered[1] = EntryJson.flag(name, json);
                }
                default -> json.skipChildren();
            }
        });
        return answered[0]
                ? new Letter.Answer(texts[0], texts[1], texts[2], answered[1], texts[3])
                : new Letter.Question(texts[0], texts[1], texts[2]);
    }
}
