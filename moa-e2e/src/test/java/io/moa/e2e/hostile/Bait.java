package io.moa.e2e.hostile;

/** A class that nothing uses: if it is loaded, a text has named it. */
public final class Bait {
    public String command = "";
}
