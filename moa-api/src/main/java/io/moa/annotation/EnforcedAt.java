package io.moa.annotation;

/** The process that enforces a limit. */
public enum EnforcedAt {
    /** The one that runs the method: its own capacity is limited, whoever calls. */
    PROVIDER,
    /** The one that calls: what this application may ask of others is limited. */
    CALLER
}
