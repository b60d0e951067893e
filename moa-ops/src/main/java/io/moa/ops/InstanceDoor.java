package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;

/** An instance that a roll-out leads, as far as it needs one. */
interface InstanceDoor {

    /** As {@code GET /v1/status} answers. */
    JsonNode status() throws OpsException;

    /** Returns when it is installed. */
    String install(String version, String from, String sha256, String by) throws OpsException, InterruptedException;

    /** Returns when it runs. */
    String upgrade(String version, boolean again, String by) throws OpsException, InterruptedException;

    /** Returns when the version before runs. */
    String rollback(String by) throws OpsException, InterruptedException;
}
