package io.channelindex.perf.target;

import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.Credentials;

/**
 * How to reach a target.
 *
 * @param connectionString such as {@code couchbase://127.0.0.1:11210}
 * @param credentials the user
 * @param buckets the buckets of the run
 */
public record Endpoint(String connectionString, Credentials credentials, Buckets buckets) {}
