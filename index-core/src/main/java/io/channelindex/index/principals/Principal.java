package io.channelindex.index.principals;

/**
 * A user or role as its document says.
 *
 * @param name who
 * @param vbucket of its document: what the seqnos of its grants are to be understood in
 * @param status whether it may see anything
 * @param channels what it was given itself
 * @param roles whose channels it was given; roles have none
 */
public record Principal(
    PrincipalName name, int vbucket, Status status, Grants channels, Grants roles) {
  /** Whether a principal may see anything. */
  public enum Status {
    /** What it was given. */
    ENABLED,
    /** Nothing for the time being. */
    DISABLED
  }
}
