package io.channelindex.embedded.fault;

import io.channelindex.embedded.protocol.Opcode;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What happens to which requests or messages, and how often. Immutable.
 *
 * <pre>{@code
 * FaultRule.requests(Opcode.SET).keyGlob("user:*").times(2).then(status(Status.ETMPFAIL))
 * FaultRule.messages(Opcode.DCP_MUTATION).vbuckets(3).from(10).times(1).then(disconnect())
 * }</pre>
 */
public final class FaultRule {
  /** Where {@link Builder#from} and {@link Builder#times} are counted. */
  public enum Counting {
    /** Over everything that the rule matches: the third write on this node. */
    NODE,
    /** In each vbucket on its own; what is not about one counts with its connection. */
    VBUCKET,
    /** On each connection on its own. */
    CONNECTION
  }

  private final String name;
  private final Conditions conditions;
  private final Occurrence occurrence;
  private final FaultAction action;

  private FaultRule(String name, Conditions conditions, Occurrence occurrence, FaultAction action) {
    this.name = name;
    this.conditions = conditions;
    this.occurrence = occurrence;
    this.action = action;
  }

  /** A rule about requests of clients with one of these opcodes; all if none is named. */
  public static Builder requests(Opcode... opcodes) {
    return new Builder(FaultSubject.Kind.REQUEST).opcodes(opcodes);
  }

  /**
   * A rule about messages that the node sends in its streams ({@code DCP_MUTATION}, {@code
   * DCP_DELETION}, {@code DCP_EXPIRATION}, {@code DCP_SNAPSHOT_MARKER}, {@code DCP_SYSTEM_EVENT},
   * {@code DCP_SEQNO_ADVANCED}, {@code DCP_STREAM_END}); all if none is named.
   */
  public static Builder messages(Opcode... opcodes) {
    return new Builder(FaultSubject.Kind.MESSAGE).opcodes(opcodes);
  }

  /** What it is called in its plan, or "" if it was not named: the plan calls it by its place. */
  public String name() {
    return name;
  }

  /** What it does. */
  public FaultAction action() {
    return action;
  }

  Conditions conditions() {
    return conditions;
  }

  Occurrence occurrence() {
    return occurrence;
  }

  FaultRule named(String newName) {
    return new FaultRule(newName, conditions, occurrence, action);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FaultRule rule
        && rule.name.equals(name)
        && rule.conditions.equals(conditions)
        && rule.occurrence.equals(occurrence)
        && rule.action.equals(action);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + action.hashCode();
  }

  /** The rule as in the text of a plan. */
  @Override
  public String toString() {
    return PlanWriter.write(this);
  }

  /** Builds a rule. Everything that is asked for must hold. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_VBUCKET = 1023;

    private final FaultSubject.Kind kind;
    private final Set<Integer> opcodes = new TreeSet<>();
    private final Set<Integer> vbuckets = new TreeSet<>();
    private final Set<Long> connections = new TreeSet<>();
    private String name = "";
    private @Nullable TextPattern key;
    private @Nullable TextPattern agent;
    private @Nullable String bucket;
    private @Nullable String collection;
    private @Nullable String user;
    private Occurrence occurrence = Occurrence.ALWAYS;

    Builder(FaultSubject.Kind kind) {
      this.kind = kind;
    }

    private Builder opcodes(Opcode... added) {
      for (Opcode opcode : added) {
        opcodes.add(opcode.code());
      }
      return this;
    }

    /** Calls the rule by this name in {@link InjectedFault} and {@link Faults#await}. */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /** Adds an opcode by its number, 0 to 255, known to the node or not. */
    public Builder opcode(int code) {
      opcodes.add(requireRange("opcode", code, 0, 0xff));
      return this;
    }

    /** Only this key. */
    public Builder key(String literal) {
      key = TextPattern.literal(literal);
      return this;
    }

    /** Only keys like this: {@code *} stands for any characters, {@code ?} for one. */
    public Builder keyGlob(String glob) {
      key = TextPattern.glob(glob);
      return this;
    }

    /**
     * Only keys that this regular expression matches as a whole.
     *
     * @throws IllegalArgumentException if it is none
     */
    public Builder keyRegex(String regex) {
      key = TextPattern.regex(regex);
      return this;
    }

    /** Only on connections that selected this bucket. */
    public Builder bucket(String value) {
      bucket = value;
      return this;
    }

    /** Only keys in this collection. */
    public Builder collection(String scopeName, String collectionName) {
      collection = scopeName + "." + collectionName;
      return this;
    }

    Builder qualifiedCollection(String value) {
      if (value.split("\\.", -1).length != 2) {
        throw new IllegalArgumentException("collection=" + value + ", expected=scope.collection");
      }
      collection = value;
      return this;
    }

    /** Only these vbuckets. */
    public Builder vbuckets(int... ids) {
      for (int id : ids) {
        vbuckets.add(requireRange("vbucket", id, 0, MAX_VBUCKET));
      }
      return this;
    }

    /** Only these connections of the node, in the order that it accepted them in, from 1. */
    public Builder connections(int... ordinals) {
      for (int ordinal : ordinals) {
        connections.add((long) requireRange("connection", ordinal, 1, Integer.MAX_VALUE));
      }
      return this;
    }

    /** Only clients that call themselves like this in HELLO, for example {@code java*}. */
    public Builder agent(String glob) {
      agent = TextPattern.glob(glob);
      return this;
    }

    /** Only clients that authenticated as this user. */
    public Builder user(String value) {
      user = value;
      return this;
    }

    /** Fires from the n-th match on, counted from 1. */
    public Builder from(long nth) {
      occurrence =
          new Occurrence(nth, occurrence.times(), occurrence.counting(), occurrence.probability());
      return this;
    }

    /** Fires at most so many times. */
    public Builder times(long most) {
      occurrence =
          new Occurrence(occurrence.from(), most, occurrence.counting(), occurrence.probability());
      return this;
    }

    /** Where {@link #from} and {@link #times} are counted; over the whole node by default. */
    public Builder counted(Counting per) {
      occurrence =
          new Occurrence(occurrence.from(), occurrence.times(), per, occurrence.probability());
      return this;
    }

    /** Fires with this probability at each match that counts, above 0 up to 1. */
    public Builder probability(double value) {
      occurrence =
          new Occurrence(occurrence.from(), occurrence.times(), occurrence.counting(), value);
      return this;
    }

    /**
     * The rule that does {@code action}.
     *
     * @throws IllegalArgumentException if that cannot be done to a request, or to a message
     */
    public FaultRule then(FaultAction action) {
      boolean possible =
          kind == FaultSubject.Kind.REQUEST
              ? !(action instanceof FaultAction.EndStream)
              : !(action instanceof FaultAction.AnswerWith
                  || action instanceof FaultAction.DelayExecution
                  || action instanceof FaultAction.DropRequest
                  || action instanceof FaultAction.DropAnswer);
      if (!possible) {
        throw new IllegalArgumentException("not for a " + kind + ": action=" + action);
      }
      Conditions conditions =
          new Conditions(
              kind,
              Set.copyOf(opcodes),
              key,
              bucket,
              collection,
              Set.copyOf(vbuckets),
              Set.copyOf(connections),
              agent,
              user);
      return new FaultRule(name, conditions, occurrence, action);
    }

    private static int requireRange(String what, int value, int minimum, int maximum) {
      if (value < minimum || value > maximum) {
        throw new IllegalArgumentException(
            what + "=" + value + ", allowed=" + minimum + " to " + maximum);
      }
      return value;
    }
  }
}
