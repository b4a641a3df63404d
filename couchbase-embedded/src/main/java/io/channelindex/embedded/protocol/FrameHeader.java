package io.channelindex.embedded.protocol;

/**
 * The 24-byte header of every frame, and the named offsets into it.
 *
 * <pre>
 *        0        1        2        3        4        5        6        7
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 *  0| magic  | opcode |   key length    | extlen |datatype| vbucket / status|
 *   |        |        | framlen| keylen |    (flexible framing: 08, 18)      |
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 *  8|         total body length         |              opaque               |
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 * 16|                                  CAS                                  |
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 * 24| framing extras | extras | key | value                                 |
 *   +-----------------------------------------------------------------------+
 * </pre>
 *
 * All integers are big-endian. The body is {@code total body length} bytes: framing extras
 * (flexible frames only), extras, key and value in this order. Flexible frames have one byte each
 * for the lengths of framing extras and key, plain frames two bytes for the key.
 */
public final class FrameHeader {
  /** Bytes before the body. */
  public static final int LENGTH = 24;

  /** A request of a client. */
  public static final byte MAGIC_REQUEST = (byte) 0x80;

  /** A response of the server without framing extras. */
  public static final byte MAGIC_RESPONSE = (byte) 0x81;

  /** A request of a client with framing extras. */
  public static final byte MAGIC_FLEXIBLE_REQUEST = 0x08;

  /** A response of the server with framing extras. */
  public static final byte MAGIC_FLEXIBLE_RESPONSE = 0x18;

  /** A request that the server sends on a duplex connection (not DCP). */
  public static final byte MAGIC_SERVER_REQUEST = (byte) 0x82;

  /** A client's response to a {@link #MAGIC_SERVER_REQUEST}. */
  public static final byte MAGIC_CLIENT_RESPONSE = (byte) 0x83;

  public static final int MAGIC = 0;
  public static final int OPCODE = 1;

  /** u16 key length of plain frames. */
  public static final int KEY_LENGTH = 2;

  /** u8 framing extras length of flexible frames. */
  public static final int FLEXIBLE_FRAMING_LENGTH = 2;

  /** u8 key length of flexible frames. */
  public static final int FLEXIBLE_KEY_LENGTH = 3;

  public static final int EXTRAS_LENGTH = 4;
  public static final int DATATYPE = 5;

  /** u16 vbucket of a request. */
  public static final int VBUCKET = 6;

  /** u16 status of a response. */
  public static final int STATUS = 6;

  public static final int BODY_LENGTH = 8;
  public static final int OPAQUE = 12;
  public static final int CAS = 16;

  private FrameHeader() {}
}
