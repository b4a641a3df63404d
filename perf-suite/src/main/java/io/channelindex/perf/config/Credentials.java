package io.channelindex.perf.config;

/**
 * Who the suite is on the target.
 *
 * @param username not blank
 * @param password may be empty; never printed
 */
public record Credentials(String username, String password) {
  public Credentials {
    Require.notBlank(Setting.USERNAME, username);
  }

  @Override
  public String toString() {
    return "Credentials[username=" + username + "]";
  }
}
