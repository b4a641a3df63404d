package io.channelindex.sequence.distribution;

import io.channelindex.sequence.SequenceClock;

/**
 * A clock, and the one that its reader has already.
 *
 * @param base which {@code clock} covers; of zeros where the distribution is not one of deltas
 * @param clock of the same number of vbuckets
 */
public record ClockSample(SequenceClock base, SequenceClock clock) {}
