package io.moa.registry.watch;

import java.util.List;

/**
 * A change that a watcher wants to make. Immutable.
 *
 * @param part of the instance
 * @param fence under which the watcher holds the part
 * @param uuid the instance
 * @param change what to do
 * @param allowances what the fuse allows; only for {@link Change#REMOVE}
 * @param evidence why
 */
public record Verdict(int part, long fence, String uuid, Change change, List<Allowance> allowances, Evidence evidence) {

    public Verdict {
        allowances = List.copyOf(allowances);
    }
}
