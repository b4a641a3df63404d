package io.channelindex.sequence.codec;

/**
 * A distribution by which numbers are written: set to some numbers, it knows how many bits they
 * take, and writes itself and them. Mutable, used again and again by one thread.
 */
interface NumberModel {
  /** The bits that the model and the numbers take to which it is set. */
  long bits();

  /** Writes the model and the numbers to which it is set. */
  void write(long[] numbers, int count, BitWriter out);
}
