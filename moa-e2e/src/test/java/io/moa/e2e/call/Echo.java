package io.moa.e2e.call;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OneWay;
import io.moa.annotation.Timeout;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The service that these tests call. */
@MoaService
@Timeout(millis = 5_000)
public interface Echo {

    String say(String text);

    int say(int number);

    byte[] bytes(byte[] body);

    @NonBlocking
    byte[] direct(byte[] body);

    CompletableFuture<String> later(String text);

    @Idempotent
    String again(String text);

    @OneWay
    void note(String text);

    Person person(Person person, List<Person> friends, Map<String, Person> byName);

    void fail(String how) throws IOException;

    /** Tells what the implementation sees of its caller. */
    Map<String, String> scope();

    String waits(String gate);

    /** Something with parts. */
    record Person(String name, int age, List<String> tags) {}
}
