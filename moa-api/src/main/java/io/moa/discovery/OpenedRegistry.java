package io.moa.discovery;

/**
 * What an address was opened to. Whoever opened it closes it; that ends registry, rules and what they share. Safe for many
 * threads.
 *
 * @param registry where instances are announced and found
 * @param rules the rules of the same place
 * @param shared what both stand on, such as a connection; closed after them
 */
public record OpenedRegistry(Registry registry, RuleSource rules, AutoCloseable shared) implements AutoCloseable {

    /** Ends all three. Idempotent, if what is shared is. */
    @Override
    public void close() {
        registry.close();
        rules.close();
        try {
            shared.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("What registry and rules share did not end: " + e.getMessage(), e);
        }
    }
}
