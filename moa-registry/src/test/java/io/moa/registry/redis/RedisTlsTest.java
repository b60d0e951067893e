package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisTlsTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private KeyStore store;

    /** A certificate for 127.0.0.1, made by the JDK's own tool. */
    @BeforeEach
    void certificate() throws Exception {
        Path file = folder.resolve("keys.p12");
        int code = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=redis",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start()
                .waitFor();
        assertThat(code).as(() -> "keytool").isZero();
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        pem("redis.crt", "CERTIFICATE", store.getCertificate("redis").getEncoded());
        pem("redis.key", "PRIVATE KEY", store.getKey("redis", PASSWORD).getEncoded());
    }

    private void pem(String name, String kind, byte[] bytes) throws Exception {
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                        + "\n-----END " + kind + "-----\n");
    }

    @Test
    void aRegistryOverTlsTrustsWhomItIsToldToTrustAndNobodyElse() throws Exception {
        int tlsPort = RedisProcess.freePort();
        try (RedisProcess redis = RedisProcess.open(
                "tls-port " + tlsPort,
                "tls-cert-file " + folder.resolve("redis.crt"),
                "tls-key-file " + folder.resolve("redis.key"),
                "tls-ca-cert-file " + folder.resolve("redis.crt"),
                "tls-auth-clients no")) {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            RedisConfig.Builder config = RedisProcess.quick(RedisConfig.standalone("127.0.0.1", tlsPort));
            try (RedisRegistry registry = RedisRegistry.open(
                            config.tls(tls.getSocketFactory()).build());
                    RedisRegistry distrustful = RedisRegistry.open(config.tls().build());
                    RedisRegistry elsewhere =
                            RedisRegistry.open(RedisProcess.quick(RedisConfig.standalone("localhost", tlsPort))
                                    .tls(tls.getSocketFactory())
                                    .build())) {
                Recorder<Snapshot> listener = new Recorder<>();
                registry.subscribe(ORDERS, listener);
                registry.register(Instances.of("a", ORDERS));
                listener.await(SOON, Instances.lists("a"), "a");

                // A certificate that nobody vouches for, and one of another name.
                distrustful.register(Instances.of("b", ORDERS));
                SOON.until(() -> distrustful.toString().contains("certification path"), distrustful::toString);
                assertThat(distrustful.toString()).contains("its certificate is none that this process trusts");
                elsewhere.register(Instances.of("c", ORDERS));
                SOON.until(() -> elsewhere.toString().contains("localhost"), elsewhere::toString);
                SOON.until(() -> elsewhere.toString().contains("not connected: "), elsewhere::toString);
                registry.register(Instances.of("d", ORDERS));
                listener.await(SOON, Instances.lists("a", "d"), "a and d, and nobody else");
            }
        }
    }
}
