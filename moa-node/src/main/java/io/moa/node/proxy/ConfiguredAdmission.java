package io.moa.node.proxy;

import io.moa.agent.RespAdmission;
import io.moa.invoke.Caller;
import io.moa.server.resp.RespConfig;
import io.moa.server.resp.RespPasswords;
import io.moa.transport.RespHost;

/** Who may call through a proxy: the processes of its host, or who knows a password; each in the name that it says. Immutable. */
final class ConfiguredAdmission implements RespAdmission {

    private final RespConfig config;
    private final RespPasswords passwords;

    ConfiguredAdmission(RespConfig config) {
        this.config = config;
        this.passwords = new RespPasswords(config.passwords());
    }

    @Override
    public RespHost.Access access(boolean local) {
        return passwords.isAny()
                ? RespHost.Access.PASSWORD
                : local || config.access() == RespConfig.Access.OPEN ? RespHost.Access.OPEN : RespHost.Access.CLOSED;
    }

    @Override
    public String whyClosed() {
        return "This proxy calls for processes of its own host alone: set a password in its file";
    }

    @Override
    public boolean isPassword(String user, byte[] password) {
        return passwords.is(user, password);
    }

    @Override
    public Caller caller(Caller said) {
        return said;
    }
}
