package io.moa.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Reply;
import io.moa.testkit.LeakCheck;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** RELIABILITY S6: names of classes in JSON are plain data, under whatever key. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class TypeKeysTest {

    private static final int JSON = 2;

    private static final List<String> KEYS =
            List.of("@class", "@type", "class", "@c", "$type", "=", "__type", "type", "java-class", "_class");

    /** Classes of the JDK that such payloads name; none is used by anything that runs here. */
    private static final List<String> NAMES = List.of(
            "javax.swing.UIDefaults",
            "javax.swing.JEditorPane",
            "javax.script.ScriptEngineManager",
            "javax.management.BadAttributeValueExpException",
            "javax.naming.ldap.Rdn",
            "javax.sql.rowset.serial.SerialBlob",
            "com.sun.rowset.JdbcRowSetImpl",
            "com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl",
            "com.sun.org.apache.xpath.internal.objects.XString",
            "com.sun.jndi.ldap.LdapAttribute",
            "java.beans.EventHandler",
            "java.rmi.server.UnicastRemoteObject",
            "java.awt.event.ActionEvent",
            "javax.imageio.ImageIO",
            "javax.print.attribute.standard.MediaSize",
            "javax.sound.sampled.AudioFormat",
            "java.util.logging.FileHandler",
            "javax.swing.text.StyleContext",
            "java.awt.datatransfer.DataFlavor",
            "io.moa.e2e.hostile.Bait");

    private static final int SHAPES = 3;
    private static final int PAYLOADS = 500;

    @Test
    void noClassIsLoadedBecauseJsonNamesIt() {
        Instrumentation jvm = ByteBuddyAgent.install();
        try (OpenVault vault = new OpenVault("json", "hessian");
                HostileCaller caller = vault.caller()) {
            for (String body : payloads(List.of("no.such.Class"))) { // whatever these shapes need of ours is there then
                assertThat(caller.call(Vault.METHOD_ANY, JSON, body)).isInstanceOf(Reply.Value.class);
                caller.call(Vault.METHOD_COUNT, JSON, body);
                caller.call(Vault.METHOD_COIN, JSON, body);
            }
            assertThat(loaded(jvm)).doesNotContainAnyElementsOf(NAMES);
            List<String> payloads = payloads(NAMES);
            assertThat(payloads).hasSizeGreaterThanOrEqualTo(PAYLOADS);
            long runs = vault.runs.get();
            Set<String> before = loaded(jvm);
            for (String body : payloads) {
                assertThat(caller.call(Vault.METHOD_ANY, JSON, body)).as(body).isInstanceOf(Reply.Value.class);
                caller.call(Vault.METHOD_COUNT, JSON, body);
                caller.call(Vault.METHOD_COIN, JSON, body);
            }
            Set<String> after = loaded(jvm);
            after.removeAll(before);
            assertThat(after)
                    .as("classes loaded by %s payloads", payloads.size())
                    .isEmpty();
            assertThat(vault.runs.get() - runs)
                    .as("calls that bound the payload as data")
                    .isGreaterThanOrEqualTo(payloads.size());
            assertThat(caller.connected()).isTrue();
        }
    }

    /** Those that the payloads name, and those of the library that reads them; others may load theirs at any time. */
    private static Set<String> loaded(Instrumentation jvm) {
        Set<String> names = new HashSet<>();
        for (Class<?> each : jvm.getAllLoadedClasses()) {
            boolean reader = each.getName().startsWith("com.fasterxml.");
            if (reader || NAMES.contains(each.getName())) {
                names.add(each.getName());
            }
        }
        return names;
    }

    private static List<String> payloads(List<String> names) {
        List<String> payloads = new ArrayList<>();
        for (String name : names) {
            for (String key : KEYS) {
                for (int shape = 0; shape < SHAPES; shape++) {
                    payloads.add(payload(shape, key, name));
                }
            }
        }
        return payloads;
    }

    private static String payload(int shape, String key, String name) {
        return switch (shape) {
            case 0 -> "[{\"" + key + "\":\"" + name + "\",\"value\":1,\"mint\":\"m\"}]";
            case 1 -> "[{\"x\":{\"" + key + "\":\"" + name + "\",\"command\":[\"id\"]},\"value\":1}]";
            default -> "[[\"" + name + "\",{\"" + key + "\":\"" + name + "\"}]]";
        };
    }
}
