package io.moa.governance.gate;

/**
 * How a gate would meet a call at one moment. It was looked at and not asked: nothing was counted. Immutable.
 *
 * @param how for people
 * @param refuses whether a call would be refused
 */
public record GateLook(String how, boolean refuses) {

    @Override
    public String toString() {
        return how;
    }
}
