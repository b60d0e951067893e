package io.moa.protocol.frame;
import org.jspecify.annotations.Nullable;
public final class BodyAssembler {
  public BodyAssembler(long a, long b, int c) {}
  public @Nullable Frame add(Frame f) { return null; }
  public boolean begin(Frame f) { return false; }
  public void release(Frame f) {}
  public boolean isEmpty() { return true; }
  public void close() {}
}
