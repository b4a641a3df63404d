package io.channelindex.perf.cluster;

import io.channelindex.perf.load.DocumentSource;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.oracle.ObservedState;

/**
 * Keeps what a feed shows of one workload's documents. Safe as a {@link ChangeListener} of one
 * feed.
 */
public final class NamespaceObserver implements ChangeListener {
  private final Namespace namespace;
  private final ObservedState observed;
  private final Arrivals arrivals;

  /**
   * @param namespace whose documents
   * @param observed where to
   * @param arrivals told of each mutation of the namespace as well
   */
  public NamespaceObserver(Namespace namespace, ObservedState observed, Arrivals arrivals) {
    this.namespace = namespace;
    this.observed = observed;
    this.arrivals = arrivals;
  }

  /** Told of documents when they come in; must be quick. */
  @FunctionalInterface
  public interface Arrivals {
    /** Nobody is interested. */
    Arrivals NOBODY = index -> {};

    /** A mutation of a document has come in. */
    void arrived(int index);
  }

  @Override
  public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {
    int index = namespace.indexOf(key);
    if (index >= 0) {
      arrivals.arrived(index);
      int version = DocumentSource.versionOf(body, index);
      if (version > 0) {
        observed.mutation(index, version, DocumentSource.checksum(body));
      } else {
        observed.stranger();
      }
    } else {
      outsider(index);
    }
    observed.reached(vbucket, seqno);
  }

  @Override
  public void deletion(int vbucket, long seqno, byte[] key) {
    int index = namespace.indexOf(key);
    if (index >= 0) {
      observed.deletion(index);
    } else {
      outsider(index);
    }
    observed.reached(vbucket, seqno);
  }

  @Override
  public void advanced(int vbucket, long seqno) {
    observed.advanced(vbucket, seqno);
  }

  private void outsider(int index) {
    if (index == Namespace.MALFORMED) {
      observed.stranger();
    } else {
      observed.foreign();
    }
  }
}
