package io.channelindex.sequence.kernel;

import java.util.Arrays;

/**
 * Loops over the numbers of clocks: unsigned 64-bit, the first {@code count} of each array. Every
 * implementation gives the same results and the same bytes; nothing here allocates.
 *
 * <p>Implementations are stateless and thread-safe. Arrays that are too short are refused with an
 * {@link IndexOutOfBoundsException}, possibly after a part of the result was written.
 */
public abstract class ClockKernels {
  /** {@link #order}: some number of the first array is the smaller one. */
  public static final int SOME_BEFORE = 1;

  /** {@link #order}: some number of the first array is the greater one. */
  public static final int SOME_AFTER = 2;

  private final String name;

  /** Apart, because the plain kernels that it begins with are a subclass: a cycle, otherwise. */
  private static final class Choice {
    static final KernelChoice OF_THIS_JVM = KernelChoice.ofThisJvm();
  }

  ClockKernels(String name) {
    this.name = name;
  }

  /**
   * The kernels to use now: plain Java at first, those of the Vector API once they are compiled and
   * found to be faster, if the class path has them (the jar with classifier {@code vector}) and the
   * JVM was started with {@code --add-modules jdk.incubator.vector}. Not to be kept for longer than
   * an operation.
   */
  public static ClockKernels active() {
    return Choice.OF_THIS_JVM.active();
  }

  /** What {@link #active} chooses from and why, for reports: one line. */
  public static String describe() {
    return Choice.OF_THIS_JVM.describe();
  }

  /** Whether {@link #active} will not change any more: there was a trial, or there is none. */
  public static boolean isSettled() {
    return Choice.OF_THIS_JVM.isSettled();
  }

  /** The name, for reports. */
  public final String name() {
    return name;
  }

  /** The greater number of each pair into {@code out}, which may be one of the others. */
  public abstract void max(long[] a, long[] b, long[] out, int count);

  /** {@link #SOME_BEFORE} and {@link #SOME_AFTER}, each if it is so: 0 if all are equal. */
  public abstract int order(long[] a, long[] b, int count);

  /**
   * Which numbers of {@code a} are greater: bit i % 64 of {@code words[i / 64]} says so of number
   * i. All words that hold a number are written whole.
   */
  public abstract void after(long[] a, long[] b, int count, long[] words);

  /** By how much each number of {@code a} is greater, 0 where it is not. */
  public abstract void ahead(long[] a, long[] b, long[] out, int count);

  /**
   * Finds the smallest and the greatest of at least one number.
   *
   * @param out where both go, as two little-endian words, because two results cannot be returned
   *     without an allocation
   */
  public abstract void range(long[] numbers, int count, byte[] out, int offset);

  /** The little-endian word at an offset. */
  public static long word(byte[] bytes, int offset) {
    return (long) PackedNumbers.WORD.get(bytes, offset);
  }

  /** Writes {@link #range}'s results, signed numbers with bits flipped as in {@code flip}. */
  static void putRange(long min, long max, long flip, byte[] out, int offset) {
    PackedNumbers.WORD.set(out, offset, min ^ flip);
    PackedNumbers.WORD.set(out, offset + Long.BYTES, max ^ flip);
  }

  /** How many bytes {@link #pack} writes. */
  public static int packedBytes(int count, int width) {
    return PackedNumbers.bytes(count, width);
  }

  /**
   * Writes the numbers, less {@code base}, in {@code width} bits each ({@link PackedNumbers}).
   *
   * @param width 0 … 64, and no number less {@code base} has more bits
   */
  public final void pack(long[] numbers, int count, long base, int width, byte[] out, int offset) {
    if (width == 0) {
      return;
    }
    int grouped = count & -PackedNumbers.GROUP;
    int position = offset;
    for (int i = 0; i < grouped; i += PackedNumbers.GROUP) {
      packGroup(numbers, i, base, width, out, position);
      position += PackedNumbers.GROUP / Byte.SIZE * width;
    }
    PackedNumbers.packRest(numbers, grouped, count, base, width, out, position);
  }

  /**
   * Reads what {@link #pack} wrote. A sum above 2^64 - 1 wraps: that is the caller's to find.
   *
   * @return whether the unused bits behind the last number are 0
   */
  public final boolean unpack(
      byte[] in, int offset, long base, int width, long[] numbers, int count) {
    if (width == 0) {
      Arrays.fill(numbers, 0, count, base);
      return true;
    }
    int grouped = count & -PackedNumbers.GROUP;
    int position = offset;
    for (int i = 0; i < grouped; i += PackedNumbers.GROUP) {
      unpackGroup(in, position, base, width, numbers, i);
      position += PackedNumbers.GROUP / Byte.SIZE * width;
    }
    return PackedNumbers.unpackRest(in, position, base, width, numbers, grouped, count);
  }

  /** Packs the group of numbers from {@code from} on. */
  abstract void packGroup(long[] numbers, int from, long base, int width, byte[] out, int offset);

  /** Unpacks the group of numbers from {@code from} on. */
  abstract void unpackGroup(byte[] in, int offset, long base, int width, long[] numbers, int from);
}
