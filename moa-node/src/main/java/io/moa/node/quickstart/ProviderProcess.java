package io.moa.node.quickstart;

import io.moa.discovery.Address;
import java.io.IOException;

/** A provider in a process of its own. */
final class ProviderProcess implements Provider {

    private final String name;
    private final ChildProcess child;
    private final String uuid;
    private final Address address;
    private Counts last = new Counts(0, 0, 0, 0); // guarded by this

    private ProviderProcess(String name, ChildProcess child) throws IOException {
        this.name = name;
        this.child = child;
        String[] ready = child.answer("ready");
        this.uuid = ready[1];
        this.address = Address.parse(ready[2]);
    }

    /**
     * Starts one and waits until it has announced itself.
     *
     * @param registry the URL of the registry
     * @param more where its agent listens, if it has one
     * @throws IllegalStateException if it does not start; the message tells what it said
     */
    static ProviderProcess start(String name, String registry, String... more) {
        ChildProcess child = null;
        try {
            child = ChildProcess.start(ProviderMain.class, name, registry, more);
            return new ProviderProcess(name, child);
        } catch (IOException e) {
            if (child != null) {
                child.kill();
            }
            throw new IllegalStateException(
                    "Instance " + name + " could not be started as a process: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String uuid() {
        return uuid;
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public String what() {
        return "process " + child.pid();
    }

    /** What it counts now; after its end, what it counted when it was asked last. */
    @Override
    public synchronized Counts counts() {
        if (child.isAlive()) {
            try {
                String[] words = child.order("counts");
                last = new Counts(
                        Long.parseLong(words[1]),
                        Integer.parseInt(words[2]),
                        Integer.parseInt(words[3]),
                        Long.parseLong(words[4]));
            } catch (IOException e) {
                // it is just ending; the last figures stand
            }
        }
        return last;
    }

    @Override
    public void kill() {
        child.kill();
    }

    @Override
    public void close() {
        child.close();
    }
}
