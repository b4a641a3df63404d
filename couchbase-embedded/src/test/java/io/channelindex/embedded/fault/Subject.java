package io.channelindex.embedded.fault;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.protocol.Opcode;

/** A request or message that a rule may be about. */
record Subject(
    Kind kind,
    int opcode,
    Bucket bucket,
    int vbucket,
    int collection,
    String key,
    long connection,
    String agent,
    String user)
    implements FaultSubject {
  static final Bucket BUCKET = new Bucket("data", "0".repeat(32), 8, PausableClock.running());

  static Subject request(Opcode opcode, int vbucket, String key) {
    return new Subject(
        Kind.REQUEST, opcode.code(), BUCKET, vbucket, 0, key, 1, "java/3.12.1", "ann");
  }

  static Subject message(Opcode opcode, int vbucket, String key) {
    return new Subject(
        Kind.MESSAGE, opcode.code(), BUCKET, vbucket, 0, key, 1, "java-dcp/0.56", "ann");
  }

  Subject on(long ordinal) {
    return new Subject(kind, opcode, bucket, vbucket, collection, key, ordinal, agent, user);
  }

  Subject in(Bucket other, int id) {
    return new Subject(kind, opcode, other, vbucket, id, key, connection, agent, user);
  }
}
