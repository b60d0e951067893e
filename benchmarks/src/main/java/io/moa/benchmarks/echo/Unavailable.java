package io.moa.benchmarks.echo;

/** A peer cannot do what the options ask, which is no error: it is left out of the tables, with this reason. */
public final class Unavailable extends Exception {

    private static final long serialVersionUID = 1;

    /** The reason is a phrase that goes on after the peer's name and a comma. */
    public Unavailable(String reason) {
        super(reason);
    }
}
