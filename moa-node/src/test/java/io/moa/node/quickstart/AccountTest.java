package io.moa.node.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AccountTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void aBrokenPromiseIsSaidAndCounted() {
        Account account = new Account(out, false);
        account.promise(true, "this was kept.");
        account.promise(false, "this was not.");
        assertThat(account.broken()).isEqualTo(1);
        assertThat(text()).contains("as promised: this was kept.").contains("NOT AS PROMISED: this was not.");
    }

    @Test
    void thereAreColoursOnlyWhereTheyShow() {
        new Account(out, false).chapter("plain");
        assertThat(text()).doesNotContain("\u001B");
        new Account(out, true).chapter("coloured");
        assertThat(text()).contains("\u001B[1m1. coloured\u001B[0m");
    }

    @Test
    void longSentencesAreBrokenIntoLines() {
        new Account(out, false).tell("word ".repeat(100).strip());
        assertThat(text().lines()).hasSizeGreaterThan(4).allMatch(line -> line.length() <= 100);
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
