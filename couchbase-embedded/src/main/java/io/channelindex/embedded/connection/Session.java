package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Compression;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.Limits;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Status;
import io.netty.channel.Channel;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a connection has agreed on so far: features, user and bucket. */
final class Session {
  private final Channel channel;
  private final long ordinal;
  private final ResponseWriter responses;
  private final WaitingAnswers waiting;
  private final Key key = new Key();
  private Set<Feature> features = EnumSet.noneOf(Feature.class);
  private boolean collections;
  private boolean mutationTokens;
  private int readableDatatypes;
  private @Nullable String user;
  private String agent = "";
  private WaitingAnswers.@Nullable Answer answer;
  private @Nullable Bucket bucket;

  Session(Channel channel, long ordinal) {
    this.channel = channel;
    this.ordinal = ordinal;
    this.responses = new ResponseWriter(channel);
    this.waiting = new WaitingAnswers(channel, responses);
  }

  Channel channel() {
    return channel;
  }

  ResponseWriter responses() {
    return responses;
  }

  void enable(Set<Feature> granted) {
    features = granted;
    collections = granted.contains(Feature.COLLECTIONS);
    mutationTokens = granted.contains(Feature.MUTATION_SEQNO);
    readableDatatypes =
        (granted.contains(Feature.JSON) ? Datatype.JSON : 0)
            | (granted.contains(Feature.SNAPPY) ? Datatype.SNAPPY : 0)
            | (granted.contains(Feature.XATTR) ? Datatype.XATTR : 0);
    responses.enableTracing(granted.contains(Feature.TRACING));
    responses.enableErrorContext(granted.contains(Feature.XERROR));
  }

  boolean has(Feature feature) {
    return features.contains(feature);
  }

  boolean hasCollections() {
    return collections;
  }

  boolean wantsMutationTokens() {
    return mutationTokens;
  }

  /** Which connection of the node this is, in the order that they were accepted in, from 1. */
  long ordinal() {
    return ordinal;
  }

  boolean isAuthenticated() {
    return user != null;
  }

  /** Who the client authenticated as, or null. */
  @Nullable String user() {
    return user;
  }

  void authenticate(@Nullable String name) {
    user = name;
  }

  /** What the client called itself, or "". */
  String agent() {
    return agent;
  }

  void agent(String name) {
    agent = name;
  }

  @Nullable Bucket selectedBucket() {
    return bucket;
  }

  void select(@Nullable Bucket selected) {
    bucket = selected;
  }

  /**
   * The bucket that the connection works on.
   *
   * @throws StatusException {@link Status#NO_BUCKET} if none was selected
   */
  Bucket bucket() {
    if (bucket == null) {
      throw StatusException.of(Status.NO_BUCKET);
    }
    return bucket;
  }

  /**
   * The vbucket of a request.
   *
   * @throws StatusException {@link Status#NOT_MY_VBUCKET} if the bucket has no such vbucket
   */
  VBucket vbucket(Request request) {
    return vbucket(request.vbucket());
  }

  /** As above, of the vbucket with {@code id}. */
  VBucket vbucket(int id) {
    Bucket current = bucket();
    if (id >= current.vbucketCount()) {
      throw StatusException.of(Status.NOT_MY_VBUCKET);
    }
    return current.vbucket(id);
  }

  /**
   * As above, if there is a copy here.
   *
   * @throws StatusException {@link Status#NOT_MY_VBUCKET} also if it is neither active nor a
   *     replica: a real node has no such vbucket
   */
  VBucket copy(int id) {
    VBucket vbucket = vbucket(id);
    if (vbucket.state() == VBucketState.DEAD) {
      throw StatusException.of(Status.NOT_MY_VBUCKET);
    }
    return vbucket;
  }

  /**
   * The key of a request, valid until the next one.
   *
   * @throws StatusException {@link Status#EINVAL} if it is empty or too long
   */
  Key key(Request request) {
    if (collections) {
      request.readCollectionKey(key);
    } else {
      request.readKey(key);
    }
    int limit = key.collection() == 0 ? Limits.KEY_IN_DEFAULT_COLLECTION : Limits.KEY_IN_COLLECTION;
    if (key.length() == 0 || key.length() > limit) {
      throw StatusException.of(Status.EINVAL);
    }
    return key;
  }

  /** Whether the connection agreed on every bit of {@code datatype}. */
  boolean canRead(int datatype) {
    return (datatype & ~readableDatatypes) == 0;
  }

  /**
   * The value of a request, not compressed.
   *
   * @throws StatusException {@link Status#EINVAL} if it claims to be a snappy block and is none
   */
  byte[] inflatedValue(Request request) {
    byte[] value = request.value();
    return Datatype.isSnappy(request.datatype())
        ? Compression.inflate(value, Limits.BODY + Limits.XATTRS)
        : value;
  }

  /**
   * How durable a write is to be; to be asked once a request.
   *
   * @throws StatusException {@link Status#DURABILITY_IMPOSSIBLE} if too few copies are there,
   *     {@link Status#NOT_MY_VBUCKET} if the active one is not here
   */
  Durability durability(Request request) {
    Durability.Level level = request.durabilityLevel();
    if (level == Durability.Level.NONE) {
      return Durability.NONE;
    }
    VBucket vbucket = vbucket(request);
    if (vbucket.state() != VBucketState.ACTIVE) {
      throw StatusException.of(Status.NOT_MY_VBUCKET);
    }
    if (!vbucket.isDurable()) {
      throw StatusException.of(Status.DURABILITY_IMPOSSIBLE);
    }
    answer = waiting.answerTo(request);
    return Durability.of(level, answer);
  }

  /**
   * Waits with the answer to a durable write until it is committed.
   *
   * @param prepared what the write returned
   * @param success writes the answer that the client gets if it is committed
   */
  void hold(VBucket vbucket, Item prepared, Runnable success) {
    Objects.requireNonNull(answer, "durability").hold(vbucket, prepared, success);
  }

  WaitingAnswers waiting() {
    return waiting;
  }

  /** Whether an answer waits and later requests must not overtake it. */
  boolean isHeldBack() {
    return !waiting.isEmpty() && !features.contains(Feature.UNORDERED_EXECUTION);
  }
}
