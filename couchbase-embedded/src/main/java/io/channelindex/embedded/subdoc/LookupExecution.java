package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** One lookup in a document that may be looked at. What paths have in common is made once. */
final class LookupExecution {
  private static final byte[] NOTHING = new byte[0];

  private final SubdocSource source;
  private final VbucketClock clock;
  private final boolean hasXattrs;

  private byte @Nullable [] attributes;
  private byte @Nullable [] body;
  private byte @Nullable [] document;

  LookupExecution(SubdocSource source, VbucketClock clock) {
    this.source = source;
    this.clock = clock;
    this.hasXattrs = Datatype.isXattr(source.datatype());
  }

  LookupResult run(SubdocRequest request) {
    return request.isSingle() ? runSingle(request.paths().get(0)) : runMulti(request);
  }

  private LookupResult runSingle(PathSpec spec) {
    try {
      byte[] value = lookup(spec);
      boolean json = spec.operation().hasResponseValue() && !spec.isBinary();
      return new LookupResult(success(), value, json ? Datatype.JSON : Datatype.RAW);
    } catch (SubdocException e) {
      return new LookupResult(e.status(), NOTHING, Datatype.RAW);
    }
  }

  private LookupResult runMulti(SubdocRequest request) {
    ResponseWriter response = new ResponseWriter();
    Status status = success();
    for (PathSpec spec : request.paths()) {
      try {
        response.writeLookup(Status.SUCCESS, lookup(spec));
      } catch (SubdocException e) {
        response.writeLookup(e.status(), NOTHING);
        status =
            source.isDeleted()
                ? Status.SUBDOC_MULTI_PATH_FAILURE_DELETED
                : Status.SUBDOC_MULTI_PATH_FAILURE;
      }
    }
    return new LookupResult(status, response.toByteArray(), Datatype.RAW);
  }

  private Status success() {
    return source.isDeleted() ? Status.SUBDOC_SUCCESS_DELETED : Status.SUCCESS;
  }

  private byte[] lookup(PathSpec spec) {
    if (spec.isXattr()) {
      return Operations.lookup(spec, spec.isVirtual() ? virtual(spec.attribute()) : attributes());
    }
    if (spec.operation() == PathOperation.GET_DOCUMENT) {
      if (body().length == 0) {
        throw new SubdocException(Status.SUBDOC_PATH_ENOENT, "no body");
      }
      return body();
    }
    if (!Datatype.isJson(source.datatype())) {
      throw new SubdocException(Status.SUBDOC_DOC_NOT_JSON, "datatype=" + source.datatype());
    }
    return Operations.lookup(spec, body());
  }

  private byte[] virtual(String attribute) {
    return switch (attribute) {
      case DocumentAttribute.NAME -> document();
      case "$vbucket" -> vbucket();
      case "$XTOC" -> tableOfContents();
      default ->
          throw new SubdocException(Status.SUBDOC_XATTR_UNKNOWN_VATTR, "attribute=" + attribute);
    };
  }

  private byte[] document() {
    if (document == null) {
      document = DocumentAttribute.of(source).document();
    }
    return document;
  }

  private byte[] vbucket() {
    String mode = clock.mode() == VbucketClock.Mode.REAL ? "real" : "logical";
    return ("{\"$vbucket\":{\"HLC\":{\"mode\":\""
            + mode
            + "\",\"now\":\""
            + clock.seconds()
            + "\"}}}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] tableOfContents() {
    StringJoiner names = new StringJoiner(",", "{\"$XTOC\":[", "]}");
    if (hasXattrs) {
      XattrSection.quotedNames(source.value()).forEach(names::add);
    }
    return names.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] attributes() {
    if (attributes == null) {
      attributes = hasXattrs ? XattrSection.toObject(source.value()) : new byte[] {'{', '}'};
    }
    return attributes;
  }

  private byte[] body() {
    if (body == null) {
      body = hasXattrs ? XattrSection.body(source.value()) : source.value();
    }
    return body;
  }
}
