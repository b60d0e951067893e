package io.moa.benchmarks.echo;

/** One contender in one round: what the client saw, and what both processes used meanwhile. */
record Round(Calls calls, Usage client, Usage server) {

    double clientCpuMicros() {
        return client.cpuMicrosPerCall(calls.perSecond());
    }

    double serverCpuMicros() {
        return server.cpuMicrosPerCall(calls.perSecond());
    }

    double cpuMicros() {
        return clientCpuMicros() + serverCpuMicros();
    }

    double clientBytes() {
        return client.allocatedBytesPerCall(calls.perSecond());
    }

    double serverBytes() {
        return server.allocatedBytesPerCall(calls.perSecond());
    }

    double bytes() {
        return clientBytes() + serverBytes();
    }
}
