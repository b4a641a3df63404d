package io.channelindex.storage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The index bucket in memory, with faults: for the tests of everything above the port.
 *
 * <p>Every operation is done, atomically, on the executor, and its stage completes there, so that
 * callers see the races that a real bucket has. Operations are counted when they are asked for.
 * Time passes when it is told to.
 *
 * <p>Assumptions: the executor runs what it is given; whoever gave one shuts it down. Guarantees:
 * no operation is forgotten, each stage completes at the latest with {@link #close}. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored")
public final class InMemoryIndexBucket implements IndexBucket {
  /** The kinds of operations; {@code getAll} is so many times {@code GET}. */
  public enum Operation {
    GET,
    INSERT,
    REPLACE,
    APPEND,
    REMOVE,
    TOUCH,
    INCREMENT,
    COUNTER,
    SET_FIELDS,
    GET_FIELDS;

    /** Whether it changes something. */
    public boolean isWrite() {
      return this != GET && this != COUNTER && this != GET_FIELDS;
    }
  }

  /** The content at one time; opaque, immutable. */
  public static final class Snapshot {
    private final Map<String, Versioned<byte[]>> documents;

    private Snapshot(Map<String, Versioned<byte[]>> documents) {
      this.documents = documents;
    }
  }

  private final Executor executor;
  private final @Nullable ExecutorService owned;
  private final List<BucketFault> faults = new CopyOnWriteArrayList<>();
  private final Map<Operation, AtomicLong> counters = new EnumMap<>(Operation.class);
  private final Map<Long, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();
  private final AtomicLong started = new AtomicLong();
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private final StoredDocuments documents = new StoredDocuments();
  private volatile boolean closed;

  /** A bucket with a thread of its own. */
  public InMemoryIndexBucket() {
    this(
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "in-memory-index-bucket");
              thread.setDaemon(true);
              return thread;
            }));
  }

  private InMemoryIndexBucket(ExecutorService owned) {
    this(owned, owned);
  }

  /** A bucket on somebody's executor: with several threads, or a test's own order. */
  public InMemoryIndexBucket(Executor executor) {
    this(executor, null);
  }

  private InMemoryIndexBucket(Executor executor, @Nullable ExecutorService owned) {
    this.executor = executor;
    this.owned = owned;
    for (Operation operation : Operation.values()) {
      counters.put(operation, new AtomicLong());
    }
  }

  /** Adds a fault; the first that strikes an operation decides what becomes of it. */
  public BucketFault inject(BucketFault fault) {
    faults.add(fault);
    return fault;
  }

  /** Forgets all faults; what they hold stays held. */
  public void clearFaults() {
    faults.clear();
  }

  /** Lets go what faults have held, in its order; returns how much that was. */
  public int release() {
    List<Runnable> released;
    synchronized (held) {
      released = new ArrayList<>(held);
      held.clear();
    }
    released.forEach(executor::execute);
    return released.size();
  }

  /** How many operations are held. */
  public int heldCount() {
    synchronized (held) {
      return held.size();
    }
  }

  /** How many operations of the kind were asked for. */
  public long count(Operation operation) {
    return counter(operation).get();
  }

  /** How many operations were asked for. */
  public long count() {
    return counters.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** How many writes were asked for. */
  public long writes() {
    return counters.entrySet().stream()
        .filter(counter -> counter.getKey().isWrite())
        .mapToLong(counter -> counter.getValue().get())
        .sum();
  }

  /** Counts from 0 again. */
  public void resetCounts() {
    counters.values().forEach(counter -> counter.set(0));
  }

  /** The content. */
  public Snapshot snapshot() {
    return new Snapshot(documents.content());
  }

  /** Brings a content back, its versions included: as a bucket that lost what came after. */
  public void restore(Snapshot snapshot) {
    documents.restore(snapshot.documents);
  }

  /** Lets time pass: documents go that are to go by themselves. */
  public void pass(Duration time) {
    documents.pass(time);
  }

  /** The keys that there are. */
  public Set<String> keys() {
    return documents.keys();
  }

  /** A document from behind, uncounted and without faults; null if there is none. */
  public byte @Nullable [] peek(String key) {
    Versioned<byte[]> document = documents.read(key);
    return document == null ? null : document.value();
  }

  /** Puts a document from behind, uncounted and without faults. */
  public void poke(String key, byte[] value) {
    documents.put(key, value);
  }

  /** Removes a document from behind, uncounted and without faults. */
  public void forget(String key) {
    documents.forget(key);
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> get(String key) {
    return start(Operation.GET, key, () -> Optional.ofNullable(documents.read(key)));
  }

  @Override
  public CompletionStage<List<Optional<Versioned<byte[]>>>> getAll(List<String> keys) {
    return ManyReads.of(keys, ManyReads.AT_ONCE, this::get);
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value) {
    byte[] copy = value.clone();
    return start(Operation.INSERT, key, () -> documents.insert(key, copy));
  }

  @Override
  public CompletionStage<WriteResult> insert(String key, byte[] value, Duration expiry) {
    Requests.requireExpiry(key, expiry);
    byte[] copy = value.clone();
    return start(Operation.INSERT, key, () -> documents.insert(key, copy, expiry));
  }

  @Override
  public CompletionStage<Optional<Versioned<byte[]>>> getAndTouch(String key, Duration expiry) {
    Requests.requireExpiry(key, expiry);
    return start(Operation.TOUCH, key, () -> documents.getAndTouch(key, expiry));
  }

  @Override
  public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
    Requests.requireCas(key, cas);
    byte[] copy = value.clone();
    return start(Operation.REPLACE, key, () -> documents.replace(key, copy, cas));
  }

  @Override
  public CompletionStage<WriteResult> append(String key, byte[] bytes) {
    byte[] copy = bytes.clone();
    return start(Operation.APPEND, key, () -> documents.append(key, copy));
  }

  @Override
  public CompletionStage<WriteResult> remove(String key, long cas) {
    Requests.requireCas(key, cas);
    return start(Operation.REMOVE, key, () -> documents.remove(key, cas));
  }

  @Override
  public CompletionStage<Long> increment(String key, long delta) {
    Requests.requireDelta(key, delta);
    return start(Operation.INCREMENT, key, () -> documents.increment(key, delta));
  }

  @Override
  public CompletionStage<Long> counter(String key) {
    return start(Operation.COUNTER, key, () -> documents.counter(key));
  }

  @Override
  public CompletionStage<WriteResult> setFields(String key, List<Field> fields) {
    Requests.requirePaths(key, fields.size());
    return start(Operation.SET_FIELDS, key, () -> documents.setFields(key, fields));
  }

  @Override
  public CompletionStage<Optional<List<Optional<String>>>> getFields(
      String key, List<String> paths) {
    Requests.requirePaths(key, paths.size());
    return start(Operation.GET_FIELDS, key, () -> documents.getFields(key, paths));
  }

  @Override
  public void close() {
    closed = true;
    synchronized (held) {
      held.clear();
    }
    List.copyOf(underWay.values())
        .forEach(
            answer ->
                answer.completeExceptionally(new BucketFailedException("bucket closed", null)));
    if (owned != null) {
      owned.shutdown();
    }
  }

  private <T> CompletionStage<T> start(Operation operation, String key, Supplier<T> action) {
    counter(operation).incrementAndGet();
    CompletableFuture<T> answer = new CompletableFuture<>();
    long id = started.incrementAndGet();
    underWay.put(id, answer);
    answer.whenComplete((value, failure) -> underWay.remove(id));
    if (closed) {
      answer.completeExceptionally(closed(operation, key));
      return answer;
    }
    try {
      executor.execute(() -> run(operation, key, action, answer));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(closed(operation, key));
    }
    return answer;
  }

  private <T> void run(
      Operation operation, String key, Supplier<T> action, CompletableFuture<T> answer) {
    BucketFault.@Nullable Action fault = null;
    for (BucketFault candidate : faults) {
      if (candidate.strikes(operation, key)) {
        fault = candidate.action();
        break;
      }
    }
    Runnable plain = () -> act(action).accept(answer);
    if (fault == null) {
      plain.run();
      return;
    }
    switch (fault) {
      case FAIL ->
          answer.completeExceptionally(
              new BucketFailedException("injected: " + describe(operation, key), null));
      case LOSE_ANSWER -> {
        act(action);
        answer.completeExceptionally(timeout(operation, key));
      }
      case TIME_OUT -> answer.completeExceptionally(timeout(operation, key));
      case HOLD -> hold(plain);
      case HOLD_ANSWER -> {
        Answer<T> result = act(action);
        hold(() -> result.accept(answer));
      }
      case DO_LATE -> {
        hold(() -> act(action));
        answer.completeExceptionally(timeout(operation, key));
      }
    }
  }

  private void hold(Runnable task) {
    synchronized (held) {
      if (!closed) {
        held.add(task);
      }
    }
  }

  private static <T> Answer<T> act(Supplier<T> action) {
    try {
      return new Answer<>(action.get(), null);
    } catch (BucketFailedException e) {
      return new Answer<>(null, e);
    }
  }

  private record Answer<T>(@Nullable T value, @Nullable BucketFailedException failure) {
    void accept(CompletableFuture<T> answer) {
      if (failure == null) {
        answer.complete(value);
      } else {
        answer.completeExceptionally(failure);
      }
    }
  }

  private AtomicLong counter(Operation operation) {
    return Objects.requireNonNull(counters.get(operation));
  }

  private static BucketTimeoutException timeout(Operation operation, String key) {
    return new BucketTimeoutException("injected: " + describe(operation, key), null);
  }

  private static BucketFailedException closed(Operation operation, String key) {
    return new BucketFailedException("bucket closed: " + describe(operation, key), null);
  }

  private static String describe(Operation operation, String key) {
    return "operation=" + operation + ", key=" + key;
  }
}
