package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A history of one document that is made up, operation by operation. Not thread-safe. */
final class Script {
  /** The first branch. */
  static final long BEGINNING = 100;

  private static final String KEY = "key";

  private final List<Operation> operations = new ArrayList<>();
  private Branches branches = Branches.startingWith(BEGINNING);

  /** What is asked, from one moment to another. */
  record Call(Script script, long from, long to, Operation.Request request) {
    /** With a durability. */
    Call durably(DurabilityLevel level) {
      return new Call(
          script,
          from,
          to,
          new Operation.Request(
              KEY, request.kind(), request.argument(), request.expected(), level));
    }

    /** Acknowledged, at a place in the first branch; the CAS is the seqno. */
    Script at(long seqno) {
      return at(BEGINNING, seqno);
    }

    Script at(long vbuuid, long seqno) {
      return answers(new Outcome.Written(seqno, new Token(0, vbuuid, seqno), null));
    }

    Script counted(long seqno, String value) {
      return answers(new Outcome.Written(seqno, new Token(0, BEGINNING, seqno), value));
    }

    Script reads(String value, long cas) {
      return answers(new Outcome.Read(new Version(value, cas)));
    }

    Script answers(Outcome outcome) {
      script.operations.add(new Operation("client", request, from, to, outcome));
      return script;
    }

    Script unanswered() {
      return answers(new Outcome.Unknown("timeout"));
    }
  }

  Call call(long from, long to, Operation.Kind kind, String argument) {
    return call(from, to, kind, argument, null);
  }

  Call call(long from, long to, Operation.Kind kind, String argument, @Nullable Version expected) {
    return new Call(
        this, from, to, new Operation.Request(KEY, kind, argument, expected, DurabilityLevel.NONE));
  }

  Call get(long from, long to) {
    return call(from, to, Operation.Kind.GET, "");
  }

  Call upsert(long from, long to, String value) {
    return call(from, to, Operation.Kind.UPSERT, value);
  }

  Call insert(long from, long to, String value) {
    return call(from, to, Operation.Kind.INSERT, value);
  }

  Call replace(long from, long to, String value, @Nullable Version expected) {
    return call(from, to, Operation.Kind.REPLACE, value, expected);
  }

  Call append(long from, long to, String value) {
    return call(from, to, Operation.Kind.APPEND, value);
  }

  Call remove(long from, long to) {
    return call(from, to, Operation.Kind.REMOVE, "");
  }

  Call increment(long from, long to) {
    return call(from, to, Operation.Kind.INCREMENT, "");
  }

  /** A branch begins, between two moments. */
  Script branch(long from, long to, long vbuuid, long cut, Branches.Cause cause) {
    branches = branches.then(new Branches.Branch(vbuuid, cut, from, to, cause));
    return this;
  }

  List<Operation> operations() {
    return operations;
  }

  Branches branches() {
    return branches;
  }

  Linearizability.Verdict verdict() {
    return Linearizability.check(operations, branches);
  }
}
