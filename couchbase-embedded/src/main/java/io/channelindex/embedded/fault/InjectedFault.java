package io.channelindex.embedded.fault;

import io.channelindex.embedded.protocol.Opcode;

/**
 * A fault that happened.
 *
 * @param rule the name of the rule that fired
 * @param action what it did
 * @param opcode what it was done to, a u8
 * @param bucket the bucket that the connection worked on, or ""
 * @param vbucket the vbucket that it was about, or {@link FaultSubject#NONE}
 * @param key the key that it was about, or ""
 * @param connection the connection that it was on, in the order in which the node accepted them,
 *     from 1
 * @param match which of the rule's matches in this place it was, from 1: in the vbucket, or on the
 *     connection if it was not about a vbucket
 */
public record InjectedFault(
    String rule,
    FaultAction action,
    int opcode,
    String bucket,
    int vbucket,
    String key,
    long connection,
    long match) {

  /** The fault in one line, with the opcode's name. */
  @Override
  public String toString() {
    Opcode known = Opcode.of(opcode);
    return "rule="
        + rule
        + ", action="
        + action
        + ", opcode="
        + (known == null ? "0x%02x".formatted(opcode) : known)
        + ", bucket="
        + bucket
        + ", vbucket="
        + vbucket
        + ", key="
        + key
        + ", connection="
        + connection
        + ", match="
        + match;
  }
}
