package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one document that is what it should be, step by step in one thread: a history that is
 * right by construction, with overlapping operations, answers that are lost, writes that are done
 * long after their clients gave up, and losses. It knows nothing of {@link Register}.
 */
final class SimulatedHistory {
  private static final Operation.Kind[] KINDS = {
    Operation.Kind.GET,
    Operation.Kind.GET,
    Operation.Kind.GET,
    Operation.Kind.UPSERT,
    Operation.Kind.INSERT,
    Operation.Kind.REPLACE,
    Operation.Kind.REPLACE,
    Operation.Kind.REMOVE,
    Operation.Kind.APPEND
  };

  private record Stored(@Nullable String value, long cas, long seqno, boolean kept) {}

  /** An operation under way. */
  private static final class Pending {
    private final String client;
    private final Operation.Request request;
    private final long invoked;
    private @Nullable Outcome outcome;

    private Pending(String client, Operation.Request request, long invoked) {
      this.client = client;
      this.request = request;
      this.invoked = invoked;
    }
  }

  private final Random random;
  private final List<Stored> versions = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final @Nullable Pending[] pending;
  private final @Nullable Version[] seen;
  private final List<Pending> abandoned = new ArrayList<>();
  private Branches branches = Branches.startingWith(Script.BEGINNING);
  private long vbuuid = Script.BEGINNING;
  private long high;
  private long cas = 1_000;
  private long now;
  private int writes;

  /** One of so many operations is not executed in time, one of so many is not answered. */
  private final int unanswered;

  private SimulatedHistory(long seed, int clients, int unanswered) {
    random = new Random(seed);
    this.unanswered = unanswered;
    pending = new @Nullable Pending[clients];
    seen = new @Nullable Version[clients];
  }

  static SimulatedHistory run(
      long seed, int clients, int steps, int unanswered, int lossesPerThousand) {
    SimulatedHistory history = new SimulatedHistory(seed, clients, unanswered);
    for (int i = 0; i < steps; i++) {
      history.step(lossesPerThousand);
    }
    history.end();
    return history;
  }

  /** What is under way is never answered. */
  private void end() {
    for (int client = 0; client < pending.length; client++) {
      Pending current = pending[client];
      if (current != null) {
        end(client, current, new Outcome.Unknown("the end"));
      }
    }
  }

  List<Operation> operations() {
    return operations;
  }

  Branches branches() {
    return branches;
  }

  private void step(int lossesPerThousand) {
    now++;
    if (random.nextInt(1_000) < lossesPerThousand) {
      lose();
    } else if (!abandoned.isEmpty() && random.nextInt(8) == 0) {
      apply(abandoned.remove(random.nextInt(abandoned.size())));
    } else {
      advance(random.nextInt(pending.length));
    }
  }

  private void advance(int client) {
    Pending current = pending[client];
    if (current == null) {
      pending[client] = new Pending("client" + client, request(client), now);
    } else if (current.outcome == null && random.nextInt(unanswered) == 0) {
      end(client, current, new Outcome.Unknown("timeout"));
      abandoned.add(current);
    } else if (current.outcome == null) {
      current.outcome = apply(current);
    } else {
      boolean lost = random.nextInt(unanswered) == 0;
      end(client, current, lost ? new Outcome.Unknown("no answer") : current.outcome);
    }
  }

  private void end(int client, Pending ended, Outcome outcome) {
    pending[client] = null;
    operations.add(new Operation(ended.client, ended.request, ended.invoked, now, outcome));
    if (outcome instanceof Outcome.Read read) {
      seen[client] = read.version();
    }
  }

  private Operation.Request request(int client) {
    Operation.Kind kind = KINDS[random.nextInt(KINDS.length)];
    boolean compares = kind == Operation.Kind.REPLACE || kind == Operation.Kind.REMOVE;
    DurabilityLevel level =
        random.nextInt(4) == 0 ? DurabilityLevel.PERSIST_TO_MAJORITY : DurabilityLevel.NONE;
    return new Operation.Request(
        "key", kind, "v" + ++writes + ";", compares ? seen[client] : null, level);
  }

  private Outcome apply(Pending operation) {
    Operation.Request request = operation.request;
    Stored current = versions.isEmpty() ? null : versions.get(versions.size() - 1);
    String value = current == null ? null : current.value();
    boolean needed =
        switch (request.kind()) {
          case GET, REPLACE, REMOVE, APPEND -> true;
          case UPSERT, INSERT, INCREMENT -> false;
        };
    if (value == null && needed) {
      return Outcome.Refused.MISSING;
    }
    if (current != null && request.kind() == Operation.Kind.GET) {
      return new Outcome.Read(new Version(current.value(), current.cas()));
    }
    if (value != null && request.kind() == Operation.Kind.INSERT) {
      return Outcome.Refused.EXISTS;
    }
    Version expected = request.expected();
    if (expected != null && current != null && expected.cas() != current.cas()) {
      return Outcome.Refused.CHANGED;
    }
    return store(request, value);
  }

  private Outcome store(Operation.Request request, @Nullable String value) {
    String next =
        switch (request.kind()) {
          case REMOVE -> null;
          case APPEND -> value + request.argument();
          case UPSERT, INSERT, REPLACE -> request.argument();
          case GET, INCREMENT -> throw new IllegalArgumentException("request=" + request);
        };
    high += 1 + random.nextInt(2);
    boolean kept = request.durability() != DurabilityLevel.NONE;
    versions.add(new Stored(next, ++cas, high, kept));
    return new Outcome.Written(cas, new Token(0, vbuuid, high), null);
  }

  /**
   * Goes back to any seqno that leaves what was durable, or further than that leaves the newest.
   */
  private void lose() {
    long durable = versions.stream().filter(Stored::kept).mapToLong(Stored::seqno).max().orElse(0);
    long cut = durable + random.nextLong(high - durable + 1);
    Stored newest = versions.isEmpty() ? null : versions.get(versions.size() - 1);
    versions.removeIf(version -> version.seqno() > cut);
    if (newest != null && newest.seqno() > cut && random.nextInt(5) == 0) {
      versions.add(newest);
    } else {
      high = cut;
    }
    vbuuid++;
    Branches.Cause cause = random.nextBoolean() ? Branches.Cause.FAILOVER : Branches.Cause.CRASH;
    branches = branches.then(new Branches.Branch(vbuuid, cut, now - 1, now + 1, cause));
  }
}
