/**
 * A cluster to which everything happens at random, clients that go on working, and checkers of what
 * they saw: single documents are linearizable, nothing is lost that was promised, and consumers of
 * DCP end with exactly what is there.
 *
 * <p>{@code docs/decisions/0022-what-clients-of-a-cluster-may-see.md} says what is checked, and
 * what is not.
 */
@NullMarked
package io.channelindex.embedded.chaos;

import org.jspecify.annotations.NullMarked;
