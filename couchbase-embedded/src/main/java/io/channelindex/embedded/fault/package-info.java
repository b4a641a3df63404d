/**
 * Faults on demand: what is to go wrong on a node, when, and what went wrong.
 *
 * <p>A {@link io.channelindex.embedded.fault.FaultPlan} is a seed and a list of {@link
 * io.channelindex.embedded.fault.FaultRule}s; each says which requests of clients or which stream
 * messages of the node it is about, how often it fires, and what it does then ({@link
 * io.channelindex.embedded.fault.FaultAction}). {@link io.channelindex.embedded.fault.Faults}
 * installs it and tells what happened.
 *
 * <p><b>Replay.</b> Nothing is drawn from a shared source of randomness. Whether a rule with a
 * probability fires at its n-th match in a place is a function of the plan's seed, the rule's name,
 * the place and n. The place is the vbucket, or the connection where a request is not about a
 * vbucket. So the same plan meets the same sequence of requests in a vbucket with the same faults,
 * whatever happens in other vbuckets meanwhile, and however many event loops there are. The same
 * holds for {@code from} and {@code times} where they are counted per vbucket or connection;
 * counted over the whole node, as they are unless told otherwise, they replay where the requests
 * that match come one after the other.
 */
@NullMarked
package io.channelindex.embedded.fault;

import org.jspecify.annotations.NullMarked;
