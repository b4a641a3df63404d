package io.channelindex.sequence.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {
  private final List<Runnable> background = new ArrayList<>();

  @Test
  void whatIsNotOfferedIsNotMissed() {
    String vector = KernelChoice.VECTOR_KERNELS;
    assertScalar(KernelChoice.of("auto", "no.such", vector), "no --add-modules no.such");
    assertScalar(KernelChoice.of("auto", "java.base", "no.Kernels"), "no no.Kernels on the class");
    assertScalar(KernelChoice.of("auto", "java.base", Broken.class.getName()), "broken on purpose");
    assertScalar(KernelChoice.of("scalar", "java.base", vector), "clock-kernels=scalar");
    assertScalar(KernelChoice.of("fast", "java.base", vector), "neither auto nor scalar");
  }

  private void assertScalar(KernelChoice choice, String reason) {
    callUntilTrial(choice);
    assertThat(choice.active()).isSameAs(ScalarKernels.INSTANCE);
    assertThat(choice.describe()).startsWith("scalar (").contains(reason);
    assertThat(choice.isSettled()).isTrue();
  }

  private static void callUntilTrial(KernelChoice choice) {
    for (int call = 0; call < KernelChoice.CALLS_BEFORE_TRIAL; call++) {
      assertThat(choice.active()).isSameAs(ScalarKernels.INSTANCE);
    }
  }

  @Test
  void theFirstCallsGoWithoutATrial() {
    KernelChoice choice = choice(new Delegating(Fault.NONE));
    callUntilTrial(choice);
    assertThat(background).hasSize(1);
    callUntilTrial(choice);
    assertThat(background).hasSize(1);
    assertThat(choice.isSettled()).isFalse();
  }

  @Test
  void whatWinsTheTrialIsUsed() {
    Delegating candidate = new Delegating(Fault.NONE);
    KernelChoice choice = tried(candidate, 1e9);
    assertThat(choice.active()).isSameAs(candidate);
    assertThat(choice.isSettled()).isTrue();
    assertThat(choice.describe()).contains("of the time of scalar");
  }

  @Test
  void whatIsNotFasterIsNotUsed() {
    KernelChoice choice = tried(new Delegating(Fault.NONE), 0);
    assertThat(choice.active()).isSameAs(ScalarKernels.INSTANCE);
  }

  @Test
  void whatIsWrongIsNotUsedAndSaidToBe() {
    KernelChoice wrong = tried(new Delegating(Fault.WRONG_ORDER), 1e9);
    assertThat(wrong.active()).isSameAs(ScalarKernels.INSTANCE);
    assertThat(wrong.describe()).contains("other results");
    KernelChoice failing = tried(new Delegating(Fault.EXCEPTION), 1e9);
    assertThat(failing.active()).isSameAs(ScalarKernels.INSTANCE);
    assertThat(failing.describe()).contains("failed its trial: ").contains("planted");
  }

  private KernelChoice choice(ClockKernels candidate) {
    return new KernelChoice(candidate, "not tried yet", background::add);
  }

  private KernelChoice tried(ClockKernels candidate, double mustBeBelow) {
    KernelChoice choice = choice(candidate);
    choice.tryOut(
        new KernelTrial(candidate, ScalarKernels.INSTANCE, mustBeBelow, Duration.ofMillis(1)));
    return choice;
  }

  /** Cannot be made. */
  static final class Broken extends Delegating {
    Broken() {
      super(Fault.NONE);
      throw new IllegalStateException("broken on purpose");
    }
  }

  private enum Fault {
    NONE,
    WRONG_ORDER,
    EXCEPTION
  }

  /** As fast and as right as the plain ones, but for a planted fault. */
  private static class Delegating extends ClockKernels {
    private static final ScalarKernels TO = ScalarKernels.INSTANCE;
    private final Fault fault;

    Delegating(Fault fault) {
      super("delegating");
      this.fault = fault;
    }

    @Override
    public void max(long[] a, long[] b, long[] out, int count) {
      TO.max(a, b, out, count);
    }

    @Override
    public int order(long[] a, long[] b, int count) {
      if (fault == Fault.EXCEPTION) {
        throw new IllegalStateException("planted");
      }
      return fault == Fault.WRONG_ORDER ? 0 : TO.order(a, b, count);
    }

    @Override
    public void after(long[] a, long[] b, int count, long[] words) {
      TO.after(a, b, count, words);
    }

    @Override
    public void ahead(long[] a, long[] b, long[] out, int count) {
      TO.ahead(a, b, out, count);
    }

    @Override
    public void range(long[] numbers, int count, byte[] out, int offset) {
      TO.range(numbers, count, out, offset);
    }

    @Override
    void packGroup(long[] numbers, int from, long base, int width, byte[] out, int offset) {
      TO.packGroup(numbers, from, base, width, out, offset);
    }

    @Override
    void unpackGroup(byte[] in, int offset, long base, int width, long[] numbers, int from) {
      TO.unpackGroup(in, offset, base, width, numbers, from);
    }
  }
}
