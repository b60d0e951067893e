package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.transport.netty.StallWatch.Finding;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StallWatchTest {

    private static final long MS = 1_000_000;
    private static final long BEGIN = -50 * MS; // a clock may be below zero

    private final StallWatch watch = new StallWatch(300 * MS, 900 * MS);

    StallWatchTest() {
        watch.begin(BEGIN);
    }

    /** Looks as soon as a look is due, until that many milliseconds after the beginning. */
    private List<String> looks(long untilMillis, long lastReadMillis) {
        List<String> found = new ArrayList<>();
        while (watch.dueNanos() <= BEGIN + untilMillis * MS) {
            long now = watch.dueNanos();
            found.add((now - BEGIN) / MS + " " + watch.look(now, BEGIN + lastReadMillis * MS));
        }
        return found;
    }

    private Finding lookAt(long millis, long lastReadMillis) {
        return watch.look(BEGIN + millis * MS, BEGIN + lastReadMillis * MS);
    }

    @Test
    void askedThreeTimesAPeerThatSaysNothingIsSilent() {
        assertThat(looks(1_500, -10_000))
                .containsExactly("300 ASK", "600 ASK", "900 SILENT", "1200 SILENT", "1500 SILENT");
    }

    @Test
    void silenceIsCountedFromTheLatestByte() {
        assertThat(looks(1_150, 250)).containsExactly("300 HEARD", "550 ASK", "850 ASK", "1150 SILENT");
    }

    @Test
    void anyByteEndsTheSilence() {
        looks(900, 0);
        assertThat(lookAt(1_200, 1_199)).isEqualTo(Finding.HEARD);
        assertThat(looks(2_000, 1_199)).containsExactly("1499 ASK", "1799 ASK");
    }

    @Test
    void thePeerIsAskedBeforeItIsCalledSilent() {
        StallWatch hasty = new StallWatch(300 * MS, 300 * MS);
        hasty.begin(BEGIN);
        assertThat(hasty.look(BEGIN + 300 * MS, BEGIN)).isEqualTo(Finding.ASK);
    }

    /** What came during the pause is still in the socket when the look comes. */
    @Test
    void afterALongPauseOfThisProcessThePeerIsAskedAnew() {
        looks(600, 0);
        assertThat(lookAt(10_600, 0)).as("nearly ten seconds late").isEqualTo(Finding.ASK);
        assertThat(looks(11_800, 0)).containsExactly("10900 ASK", "11200 ASK", "11500 SILENT", "11800 SILENT");
    }

    @Test
    void whatIsReadAfterAPauseEndsTheSilence() {
        looks(600, 0);
        lookAt(10_600, 0);
        assertThat(looks(12_000, 10_601)).startsWith("10900 HEARD", "10901 ASK");
    }

    @Test
    void aLookThatComesLateJudgesNobody() {
        looks(600, 0);
        assertThat(lookAt(1_100, 0)).as("200 ms late").isEqualTo(Finding.ASK);
        assertThat(looks(1_200, 0)).as("and what was there is read by now").startsWith("1130 SILENT");
    }

    @Test
    void aLookThatIsALittleLateIsForgivenThatMuch() {
        assertThat(lookAt(310, 0)).isEqualTo(Finding.ASK);
        assertThat(lookAt(620, 0)).isEqualTo(Finding.ASK);
        assertThat((watch.dueNanos() - BEGIN) / MS).isEqualTo(920);
        assertThat(lookAt(920, 0)).isEqualTo(Finding.SILENT);
    }

    @Test
    void theNextCallsBeginAnew() {
        looks(600, 0);
        watch.begin(BEGIN + 5_000 * MS);
        assertThat(lookAt(5_300, 0)).isEqualTo(Finding.ASK);
        assertThat(lookAt(5_600, 0)).isEqualTo(Finding.ASK);
    }
}
