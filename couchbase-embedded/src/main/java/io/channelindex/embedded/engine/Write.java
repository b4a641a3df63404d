package io.channelindex.embedded.engine;

/**
 * The arguments of a write: what a client wants stored, and under which condition. Mutable and
 * reused, one per connection; a vbucket keeps the value array, nothing else of it. Not thread-safe.
 */
public final class Write {
  /** What happens to the expiry time of a document that is overwritten. */
  public enum ExpiryRule {
    /** It becomes what the write says. */
    REPLACE,
    /** It stays; a document that is created gets what the write says. */
    PRESERVE
  }

  private byte[] value = Item.noBytes();
  private int datatype;
  private int flags;
  private int expiry;
  private long cas;
  private ExpiryRule expiryRule = ExpiryRule.REPLACE;
  private Durability durability = Durability.NONE;

  /**
   * Sets everything but expiry rule and durability, which become {@link ExpiryRule#REPLACE} and
   * {@link Durability#NONE}.
   *
   * @param value body, or attribute section and body if {@code datatype} has the xattr bit; kept
   * @param datatype bits of {@link io.channelindex.embedded.protocol.Datatype}, never snappy
   * @param flags the client's flags
   * @param expiry as in a request: 0 none, up to 30 days relative seconds, else Unix time
   * @param cas the CAS that the document must have, or 0
   */
  public Write set(byte[] value, int datatype, int flags, int expiry, long cas) {
    this.value = value;
    this.datatype = datatype;
    this.flags = flags;
    this.expiry = expiry;
    this.cas = cas;
    this.expiryRule = ExpiryRule.REPLACE;
    this.durability = Durability.NONE;
    return this;
  }

  public Write expiryRule(ExpiryRule rule) {
    this.expiryRule = rule;
    return this;
  }

  byte[] value() {
    return value;
  }

  int datatype() {
    return datatype;
  }

  int flags() {
    return flags;
  }

  int expiry() {
    return expiry;
  }

  long cas() {
    return cas;
  }

  public Write durability(Durability required) {
    this.durability = required;
    return this;
  }

  Durability durability() {
    return durability;
  }

  ExpiryRule expiryRule() {
    return expiryRule;
  }
}
