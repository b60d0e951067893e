package io.moa.agent;

import io.moa.invoke.Caller;
import io.moa.transport.RespHost;

/** Who may call over RESP at a door that calls for others, and as whom. Safe for many threads; nothing blocks. */
public interface RespAdmission {

    /** @param local whether the client is on this host */
    RespHost.Access access(boolean local);

    /** Why nobody may, and what changes it: one line for people. */
    String whyClosed();

    /** Whether that lets this user in; takes as long whether it does or not. */
    boolean isPassword(String user, byte[] password);

    /**
     * In whose name a call goes on.
     *
     * @param said who makes it, as its connection or its request says
     * @return {@link Caller#UNKNOWN} for that of the process that calls
     */
    Caller caller(Caller said);
}
