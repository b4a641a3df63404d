package io.channelindex.server.http;

/**
 * What a request may bring. Whatever goes over is refused with a 4xx that names the limit.
 *
 * @param maxUrlBytes of the request line, 1 KiB … 1 MiB; a {@code since} token may take some KiB
 * @param maxHeaderBytes of all headers together, 1 KiB … 1 MiB
 * @param maxBodyBytes as sent and after inflation, 1 KiB … 1 GiB
 * @param maxJsonDepth of nesting, 1 … 1,000
 * @param maxBulkDocuments in one {@code _bulk_docs}, 1 … 1,000,000
 */
public record RequestLimits(
    int maxUrlBytes, int maxHeaderBytes, int maxBodyBytes, int maxJsonDepth, int maxBulkDocuments) {

  /** Room for the longest tokens, and for bulks as replicators send them. */
  public static final RequestLimits DEFAULT =
      new RequestLimits(32 << 10, 32 << 10, 20 << 20, 64, 10_000);

  public RequestLimits {
    Requirement.between("maxUrlBytes", maxUrlBytes, 1 << 10, 1 << 20);
    Requirement.between("maxHeaderBytes", maxHeaderBytes, 1 << 10, 1 << 20);
    Requirement.between("maxBodyBytes", maxBodyBytes, 1 << 10, 1 << 30);
    Requirement.between("maxJsonDepth", maxJsonDepth, 1, 1_000);
    Requirement.between("maxBulkDocuments", maxBulkDocuments, 1, 1_000_000);
  }
}
