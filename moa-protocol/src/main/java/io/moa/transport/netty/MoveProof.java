package io.moa.transport.netty;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proofs that both processes know the nonce of a hand-over, which itself is never sent: HMAC-SHA256, keyed by the nonce, of what the
 * proof is for and of what each of them made up for this attempt.
 */
final class MoveProof {

    static final int RANDOM_BYTES = 16;
    static final int PROOF_BYTES = 32;
    static final int LEAST_NONCE_BYTES = 16;

    /** What a proof is for, so that none can be used for something else. */
    enum Purpose {
        OLD,
        NEW,
        DESCRIPTORS
    }

    private static final SecureRandom RANDOM = new SecureRandom();

    private MoveProof() {}

    static byte[] random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static byte[] of(Purpose purpose, byte[] nonce, byte[] fromNew, byte[] fromOld) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(nonce, "HmacSHA256"));
            mac.update(purpose.name().getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) 0);
            mac.update(fromNew);
            mac.update(fromOld);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    static boolean same(byte[] said, byte[] expected) {
        return MessageDigest.isEqual(said, expected);
    }
}
