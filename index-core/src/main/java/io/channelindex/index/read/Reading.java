package io.channelindex.index.read;

import io.channelindex.sequence.SequenceClock;

/**
 * A page and what follows from it; shared by followers that stand at the same place, and kept: so
 * it has of the view that it was read under no more than is needed.
 *
 * @param page what the callers see
 * @param state where a feed stands after it
 * @param readable the clock of that view
 * @param seen how much news of each of the feed's tails it accounts for
 */
record Reading(Page page, FeedState state, SequenceClock readable, Seen seen) {}
