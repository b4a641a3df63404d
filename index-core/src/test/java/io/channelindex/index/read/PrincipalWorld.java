package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.principals.Access;
import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.sequence.SequenceClock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** A {@link World} with a user and two roles, to whom channels are granted and taken at random. */
final class PrincipalWorld {
  static final PrincipalName USER = PrincipalName.user("ann");

  private static final List<String> CHANNELS = List.of("a", "b", "c");
  private static final List<String> ROLES = List.of("one", "two");

  final World world;
  final TestPrincipals principals = new TestPrincipals();

  /** The channels that were visible once, and then not, for whatever reason. */
  final Set<String> lost = new TreeSet<>();

  private final Random random;
  private Set<String> visible = Set.of();

  PrincipalWorld(Random random) {
    this.random = random;
    this.world = new World(random);
    world.rolledBack =
        (vbucket, to) -> {
          principals.rollBack(vbucket, to);
          look();
        };
  }

  /** Writes one of the principals, perhaps twice at once. */
  void change() {
    PrincipalName name =
        random.nextInt(3) == 0 ? PrincipalName.role(ROLES.get(random.nextInt(2))) : USER;
    if (random.nextInt(4) == 0) {
      write(name, world.putUnseen(name.key(), name.channel()));
    }
    write(name, world.put(name.key(), name.channel()));
  }

  /** Gives the user these channels, beside those of its roles. */
  void grant(Set<String> channels) {
    write(USER, world.put(USER.key(), USER.channel()), channels);
  }

  private void write(PrincipalName name, long seqno) {
    write(name, seqno, some(CHANNELS));
  }

  private void write(PrincipalName name, long seqno, Set<String> channels) {
    Set<String> roles = name.equals(USER) ? some(ROLES) : Set.of();
    principals.write(name, World.vbucket(name.key()), seqno, channels, roles);
    look();
  }

  private Set<String> some(List<String> all) {
    Set<String> some = new TreeSet<>(all);
    some.removeIf(name -> random.nextBoolean());
    return some;
  }

  /** What the user can see, whether anybody knows it yet or not. */
  Set<String> visible() {
    Map<String, Principal> roles = new HashMap<>();
    for (String role : ROLES) {
      principals.last(PrincipalName.role(role)).ifPresent(found -> roles.put(role, found));
    }
    Optional<Principal> user = principals.last(USER);
    long[] now = new long[world.index.map.vbuckets()];
    Arrays.fill(now, Long.MAX_VALUE);
    return Access.of(user, roles).at(SequenceClock.of(now));
  }

  private void look() {
    Set<String> now = visible();
    visible.stream().filter(channel -> !now.contains(channel)).forEach(lost::add);
    visible = now;
  }

  /** The user was told what it can see, and nothing of the last rows was of anything else. */
  void assertKnows(Map<String, Row> told, List<Row> last) {
    Set<String> now = visible();
    if (!now.isEmpty()) {
      world.assertKnows(now, told, lost);
    }
    assertThat(last).allMatch(row -> world.wasIn(row.documentId(), now));
  }
}
