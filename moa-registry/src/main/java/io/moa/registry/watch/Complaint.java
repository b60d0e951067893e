package io.moa.registry.watch;

/**
 * A consumer cannot reach an instance. Immutable.
 *
 * @param consumer the uuid of the consumer's process; one process has one vote
 * @param uuid the instance
 * @param reason for people; cut to {@value Evidence#MAX_SENTENCE} characters
 */
public record Complaint(String consumer, String uuid, String reason) {

    public Complaint {
        if (consumer.isBlank() || uuid.isBlank()) {
            throw new IllegalArgumentException("A complaint needs the uuids of the consumer and of the instance");
        }
        reason = Evidence.sentence(reason);
    }
}
