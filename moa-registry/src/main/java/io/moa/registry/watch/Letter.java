package io.moa.registry.watch;

/** What one watcher sends another. Immutable; may be lost, so a question is asked again. */
public sealed interface Letter {

    /** The watcher that wrote it. */
    String from();

    /** The watcher that it is for. */
    String to();

    /** The instance that it is about. */
    String uuid();

    /** Can you reach it? */
    record Question(String from, String to, String uuid) implements Letter {}

    /**
     * What a watcher found when it was asked.
     *
     * @param reached whether the instance itself answered
     * @param finding for people; cut to {@value Evidence#MAX_SENTENCE} characters
     */
    record Answer(String from, String to, String uuid, boolean reached, String finding) implements Letter {
        public Answer {
            finding = Evidence.sentence(finding);
        }
    }
}
