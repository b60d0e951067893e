package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RecorderTest {

    @Test
    void remembersWhatItWasToldAndByWhom() {
        Recorder<String> recorder = new Recorder<>();
        assertThatThrownBy(recorder::last).isInstanceOf(AssertionError.class);
        recorder.accept("a");
        recorder.accept("b");
        assertThat(recorder.told()).containsExactly("a", "b");
        assertThat(recorder.last()).isEqualTo("b");
        assertThat(recorder.tellers()).containsExactly(Thread.currentThread(), Thread.currentThread());
        assertThat(recorder.overlapped()).isFalse();
    }

    @Test
    void remembersBeforeItThrows() {
        Recorder<String> recorder = new Recorder<>(value -> {
            throw new IllegalStateException("thrown by the listener");
        });
        assertThatThrownBy(() -> recorder.accept("a")).hasMessage("thrown by the listener");
        assertThat(recorder.told()).containsExactly("a");
    }

    @Test
    void noticesTwoThreadsAtOnce() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Recorder<String> recorder = new Recorder<>(value -> {
            if (value.equals("slow")) {
                inside.countDown();
                try {
                    leave.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        Thread slow = new Thread(() -> recorder.accept("slow"));
        slow.start();
        inside.await();
        recorder.accept("meanwhile");
        leave.countDown();
        slow.join();
        assertThat(recorder.overlapped()).isTrue();
    }

    @Test
    void noticesBeingToldInsideItself() {
        AtomicReference<Recorder<String>> self = new AtomicReference<>();
        Recorder<String> recorder = new Recorder<>(value -> {
            if (value.equals("outer")) {
                self.get().accept("inner");
            }
        });
        self.set(recorder);
        recorder.accept("outer");
        assertThat(recorder.overlapped()).isTrue();
    }

    @Test
    void waitsForWhatMatchesAndShowsEverythingOtherwise() {
        Recorder<String> recorder = new Recorder<>();
        new Thread(() -> recorder.accept("b")).start();
        assertThat(recorder.await(Eventually.within(Duration.ofSeconds(10)), "b"::equals, "b"))
                .isEqualTo("b");
        assertThatThrownBy(() -> recorder.await(Eventually.within(Duration.ofMillis(5)), "c"::equals, "c"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected to be told c, was told [b]");
    }
}
