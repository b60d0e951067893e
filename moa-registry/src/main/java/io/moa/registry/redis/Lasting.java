package io.moa.registry.redis;

import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Tells failures to connect that last until somebody changes a setting, such as a wrong password, from those that pass. A process goes
 * on trying after either, for the setting may be Redis's; a person who asked a question need not wait for the first kind.
 */
final class Lasting {

    private static final int MAX_CAUSES = 20;

    private Lasting() {}

    /** What is wrong or what to change, for people, to be said after the failure's message; null if it may pass. */
    static @Nullable String why(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            String why = ofOne(cause);
            if (why != null) {
                return why;
            }
        }
        return null;
    }

    private static @Nullable String ofOne(Throwable one) {
        String text = String.valueOf(one.getMessage());
        if (one instanceof RedisError error) {
            return switch (error.code()) {
                case "WRONGPASS" -> "user or password is wrong";
                case "NOAUTH" -> "a password is asked for, and none was said";
                case "NOPERM" -> "this user lacks a right that every role needs";
                default ->
                    text.contains("without any password configured")
                            ? "a password was said, and none is asked for"
                            : null;
            };
        }
        if (one instanceof WrongKindException wrong) {
            return wrong.remedy();
        }
        if (one instanceof GeneralSecurityException) {
            return "its certificate is none that this process trusts";
        }
        return one instanceof SSLException && text.contains("Unsupported or unrecognized SSL message")
                ? "no TLS is spoken there; redis:// is without"
                : null;
    }
}
