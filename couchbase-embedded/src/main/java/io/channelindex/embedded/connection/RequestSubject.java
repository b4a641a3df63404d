package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Opcode;
import java.util.EnumSet;
import java.util.Set;

/** The request at hand, as fault rules look at it. */
final class RequestSubject extends SessionSubject {
  /** Those whose vbucket field says nothing, and whose key is no document's. */
  private static final Set<Opcode> OF_THE_CONNECTION =
      EnumSet.of(
          Opcode.HELLO,
          Opcode.SASL_LIST_MECHANISMS,
          Opcode.SASL_AUTH,
          Opcode.SASL_STEP,
          Opcode.GET_ERROR_MAP,
          Opcode.SELECT_BUCKET,
          Opcode.LIST_BUCKETS,
          Opcode.GET_RANDOM_KEY,
          Opcode.GET_CLUSTER_CONFIG,
          Opcode.COLLECTIONS_GET_MANIFEST,
          Opcode.COLLECTIONS_GET_ID,
          Opcode.COLLECTIONS_GET_SCOPE_ID,
          Opcode.GET_ALL_VBUCKET_SEQNOS,
          Opcode.NOOP,
          Opcode.VERSION,
          Opcode.STAT,
          Opcode.QUIT,
          Opcode.DCP_OPEN,
          Opcode.DCP_CONTROL,
          Opcode.DCP_NOOP,
          Opcode.DCP_BUFFER_ACKNOWLEDGEMENT);

  private final Request request;
  private final Key key = new Key();

  RequestSubject(Session session, Request request) {
    super(session);
    this.request = request;
  }

  private boolean isOfTheConnection() {
    Opcode opcode = Opcode.of(request.opcode());
    return opcode != null && OF_THE_CONNECTION.contains(opcode);
  }

  private boolean isOfACollection() {
    return request.keyLength() > 0 && !isOfTheConnection();
  }

  @Override
  public Kind kind() {
    return Kind.REQUEST;
  }

  @Override
  public int opcode() {
    return request.opcode();
  }

  @Override
  public int vbucket() {
    return isOfTheConnection() ? NONE : request.vbucket();
  }

  @Override
  public int collection() {
    return isOfACollection() && readKey() ? key.collection() : NONE;
  }

  @Override
  public String key() {
    return isOfACollection() && readKey() ? key.text() : request.keyText();
  }

  /** Reads the document's key; false if it is malformed, which the command will say. */
  private boolean readKey() {
    try {
      if (session().hasCollections()) {
        request.readCollectionKey(key);
      } else {
        request.readKey(key);
      }
      return true;
    } catch (StatusException malformed) {
      return false;
    }
  }
}
