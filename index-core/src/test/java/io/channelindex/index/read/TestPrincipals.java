package io.channelindex.index.read;

import io.channelindex.index.principals.Grants;
import io.channelindex.index.principals.Principal;
import io.channelindex.index.principals.Principal.Status;
import io.channelindex.index.principals.PrincipalName;
import io.channelindex.index.principals.PrincipalSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The principals of a test: every version is kept, so that the last ones can be lost. */
final class TestPrincipals implements PrincipalSource {
  final AtomicInteger reads = new AtomicInteger();
  volatile boolean broken;
  private final Map<PrincipalName, List<Version>> versions = new ConcurrentHashMap<>();

  private record Version(long seqno, Principal principal) {}

  /** Writes a principal with this seqno. */
  synchronized void write(
      PrincipalName name, int vbucket, long seqno, Set<String> channels, Set<String> roles) {
    write(name, vbucket, seqno, Status.ENABLED, channels, roles);
  }

  synchronized void write(
      PrincipalName name,
      int vbucket,
      long seqno,
      Status status,
      Set<String> channels,
      Set<String> roles) {
    Optional<Principal> last = last(name);
    Grants given = last.map(Principal::channels).orElse(Grants.NONE);
    Grants assigned = last.map(Principal::roles).orElse(Grants.NONE);
    Principal next =
        new Principal(
            name,
            vbucket,
            status,
            given.changedTo(channels).writtenAt(seqno),
            assigned.changedTo(roles).writtenAt(seqno));
    List<Version> all = new ArrayList<>(versions.getOrDefault(name, List.of()));
    all.add(new Version(seqno, next));
    versions.put(name, all);
  }

  /** The data service loses what is above a seqno of a vbucket. */
  synchronized void rollBack(int vbucket, long to) {
    versions
        .values()
        .forEach(
            all ->
                all.removeIf(
                    version ->
                        version.principal().vbucket() == vbucket
                            && Long.compareUnsigned(version.seqno(), to) > 0));
  }

  synchronized Optional<Principal> last(PrincipalName name) {
    List<Version> all = versions.getOrDefault(name, List.of());
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1).principal());
  }

  @Override
  public CompletionStage<Optional<Principal>> current(PrincipalName name) {
    reads.incrementAndGet();
    return broken
        ? CompletableFuture.failedFuture(new IllegalStateException("the data bucket is away"))
        : CompletableFuture.completedFuture(last(name));
  }
}
