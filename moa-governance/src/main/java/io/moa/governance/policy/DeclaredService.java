package io.moa.governance.policy;

import io.moa.annotation.MoaService;
import io.moa.discovery.ServiceId;
import io.moa.internal.UntrustedText;

/**
 * Which service an interface is. Stricter than what the wire accepts, on which peers of other versions of Java must agree: who declares a
 * service can give it a name that people tell from others, and that rules can name. Functions without state, for any thread.
 */
public final class DeclaredService {

    private DeclaredService() {}

    /**
     * The service that an interface declares.
     *
     * @param type the interface
     * @param said its annotation
     * @param group instead of the annotation's
     * @param version instead of the annotation's
     * @throws IllegalArgumentException if one of the three is too long, or has a character that names may not have
     */
    public static ServiceId of(Class<?> type, MoaService said, String group, String version) {
        ServiceId service = new ServiceId(said.name().isEmpty() ? type.getName() : said.name(), group, version);
        check(type, "name", service.name());
        check(type, "group", service.group());
        check(type, "version", service.version());
        return service;
    }

    private static void check(Class<?> type, String what, String text) {
        int unseen = UntrustedText.firstUnseen(text);
        if (unseen >= 0) {
            throw wrong(type, what, text, UntrustedText.codeAt(text, unseen) + ", which nobody sees");
        }
        if (text.indexOf('*') >= 0) {
            throw wrong(
                    type, what, text, "a '*', which stands for any text in rules, so that none could mean it alone");
        }
    }

    private static IllegalArgumentException wrong(Class<?> type, String what, String text, String why) {
        return new IllegalArgumentException("The " + what + " of the service " + type.getSimpleName() + ", "
                + UntrustedText.shown(text, 200) + ", has " + why + "; expected a " + what
                + " of characters that can be seen, without '*'");
    }
}
