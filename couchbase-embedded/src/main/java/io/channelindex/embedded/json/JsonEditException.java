package io.channelindex.embedded.json;

/**
 * An operation on a JSON text could not be done. It is an answer to a client rather than a fault of
 * this program, and thrown often: it carries no stack trace.
 */
public final class JsonEditException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final JsonProblem problem;

  JsonEditException(JsonProblem problem) {
    super("problem=" + problem.name(), null, false, false);
    this.problem = problem;
  }

  /** Why. */
  public JsonProblem problem() {
    return problem;
  }
}
