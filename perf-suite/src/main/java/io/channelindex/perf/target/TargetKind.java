package io.channelindex.perf.target;

/** The kinds of targets, as they are named in results. */
public enum TargetKind {
  EMBEDDED("embedded"),
  CONTAINER("container"),
  EXTERNAL("external");

  private final String label;

  TargetKind(String label) {
    this.label = label;
  }

  /** The name in results. */
  public String label() {
    return label;
  }
}
