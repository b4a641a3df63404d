package io.channelindex.index.read;

/**
 * A page and what follows from it; shared by followers that stand at the same place.
 *
 * @param page what the callers see
 * @param state where a feed stands after it
 * @param view the view that it was read under
 * @param seen how much news of each of the feed's tails it accounts for
 */
record Reading(Page page, FeedState state, StableView view, Seen seen) {}
