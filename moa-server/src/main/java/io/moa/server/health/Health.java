package io.moa.server.health;

import java.util.List;

/** How a server is, as an orchestrator asks. Safe for many threads; nothing waits. */
public interface Health {

    /**
     * One answer.
     *
     * @param good whether the answer is yes
     * @param reasons why not, for people; empty if it is yes
     */
    record Answer(boolean good, List<String> reasons) {

        /** Yes. */
        public static final Answer YES = new Answer(true, List.of());

        public Answer {
            reasons = List.copyOf(reasons);
        }

        /** Yes if there is no reason against it. */
        public static Answer unless(List<String> reasons) {
            return reasons.isEmpty() ? YES : new Answer(false, reasons);
        }
    }

    /** Whether to leave the process alone: no means that only a restart helps. */
    Answer live();

    /** Whether to send it calls. */
    Answer ready();

    /** Whether it has started; until then the other two are not asked. */
    Answer startup();
}
