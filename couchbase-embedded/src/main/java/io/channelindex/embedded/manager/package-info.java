/**
 * The cluster manager's HTTP interface, as far as clients and probes need it: who is there, which
 * buckets, the configurations that clients follow, and scopes and collections.
 */
@NullMarked
package io.channelindex.embedded.manager;

import org.jspecify.annotations.NullMarked;
