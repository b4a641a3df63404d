package io.channelindex.server.config;

/**
 * The Couchbase cluster.
 *
 * @param connectionString as the Couchbase clients take it
 * @param username of a user that may read, write and stream the buckets
 * @param password its password
 */
public record CouchbaseConfig(String connectionString, String username, String password) {
  public CouchbaseConfig {
    Require.present("couchbase.connectionString", connectionString);
    Require.present("couchbase.username", username);
    Require.present("couchbase.password", password);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return connectionString + " as " + username;
  }
}
