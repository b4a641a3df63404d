package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.json.JsonValidator;
import io.channelindex.embedded.json.MissingParents;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One mutation of a document that may be changed or created: the operations on attributes in the
 * order of the request, then those on the body, then the checksum macro, then the attributes in
 * their stored form. Nothing is stored if one of them fails.
 */
final class MutationExecution {
  private static final byte[] NOTHING = new byte[0];
  private static final byte[] EMPTY_OBJECT = {'{', '}'};
  private static final byte[] EMPTY_ARRAY = {'[', ']'};

  private final SubdocRequest request;
  private final DocumentState before;
  private final int flags;
  private final Macros macros;

  private byte[] section;
  private byte[] attributes;
  private boolean attributesChanged;
  private byte[] body;
  private boolean json;

  /** Prepares the mutation of {@code source}, or the creation of a document if it is null. */
  MutationExecution(SubdocRequest request, @Nullable SubdocSource source, MutationStamp stamp) {
    this.request = request;
    DocumentAttribute document;
    if (source == null) {
      before = request.has(DocFlag.CREATE_AS_DELETED) ? DocumentState.DELETED : DocumentState.ALIVE;
      section = NOTHING;
      body = before == DocumentState.ALIVE ? template(request.paths()) : NOTHING;
      json = body.length > 0;
      flags = request.userFlags().orElse(0);
      document = DocumentAttribute.ofNew(body);
    } else {
      before = source.state();
      boolean xattrs = Datatype.isXattr(source.datatype());
      section = xattrs ? XattrSection.section(source.value()) : NOTHING;
      body = xattrs ? XattrSection.body(source.value()) : source.value();
      json = Datatype.isJson(source.datatype());
      flags = request.userFlags().orElse(source.flags());
      document = DocumentAttribute.of(source);
    }
    attributes = section.length == 0 ? EMPTY_OBJECT : XattrSection.toObject(section);
    macros = new Macros(stamp, request, attributes, document);
  }

  /** The root of a new document is what the first path into one needs. */
  private static byte[] template(List<PathSpec> paths) {
    for (PathSpec spec : paths) {
      if (!spec.operation().isWholeDocument()) {
        byte[] path = spec.path();
        boolean array = path.length == 0 ? spec.operation().isArrayPush() : path[0] == '[';
        return array ? EMPTY_ARRAY : EMPTY_OBJECT;
      }
    }
    return NOTHING;
  }

  MutationResult run() {
    ResponseWriter responses = new ResponseWriter();
    byte[] response = NOTHING;
    List<PathSpec> paths = request.paths();
    for (int index = 0; index < paths.size(); index++) {
      try {
        response = apply(paths.get(index));
      } catch (SubdocException e) {
        return failure(index, e.status());
      }
      if (response.length > 0) {
        responses.writeMutation(index, response);
      }
    }
    finishAttributes();
    Status refusal = refusalOfResult();
    if (refusal != null) {
      return new MutationResult(refusal, NOTHING, Datatype.RAW, null);
    }
    boolean single = request.isSingle();
    return new MutationResult(
        survivesDeleted() ? Status.SUBDOC_SUCCESS_DELETED : Status.SUCCESS,
        single ? response : responses.toByteArray(),
        single && response.length > 0 ? Datatype.JSON : Datatype.RAW,
        effect());
  }

  private MutationResult failure(int index, Status status) {
    if (request.isSingle()) {
      return new MutationResult(status, NOTHING, Datatype.RAW, null);
    }
    ResponseWriter response = new ResponseWriter();
    response.writeFailure(index, status);
    return new MutationResult(
        Status.SUBDOC_MULTI_PATH_FAILURE, response.toByteArray(), Datatype.RAW, null);
  }

  /** Applies one path, and returns its response value. */
  private byte[] apply(PathSpec spec) {
    if (spec.operation() == PathOperation.REPLACE_BODY_WITH_XATTR) {
      replaceBodyWithAttribute(spec);
      return NOTHING;
    }
    if (spec.isXattr()) {
      Operations.Mutated mutated =
          Operations.mutate(spec, attributes, expandedValue(spec), missingParents(spec));
      attributes = mutated.text();
      attributesChanged = true;
      return mutated.response();
    }
    return applyToBody(spec);
  }

  private byte[] applyToBody(PathSpec spec) {
    switch (spec.operation()) {
      case SET_DOCUMENT -> {
        body = spec.value();
        json = JsonValidator.isJson(body);
        return NOTHING;
      }
      case DELETE_DOCUMENT -> {
        body = NOTHING;
        json = false;
        return NOTHING;
      }
      default -> {
        if (!json) {
          throw new SubdocException(Status.SUBDOC_DOC_NOT_JSON, "body");
        }
        Operations.Mutated mutated =
            Operations.mutate(spec, body, spec.value(), missingParents(spec));
        body = mutated.text();
        return mutated.response();
      }
    }
  }

  private MissingParents missingParents(PathSpec spec) {
    return request.createsDocument() ? MissingParents.CREATE : spec.missingParents();
  }

  private byte[] expandedValue(PathSpec spec) {
    if (spec.expandsMacro()) {
      return macros.expand(spec.value());
    }
    return spec.isBinary() ? BinaryAttribute.encode(spec.value()) : spec.value();
  }

  private void replaceBodyWithAttribute(PathSpec spec) {
    PathSpec get = new PathSpec(PathOperation.GET, spec.flags(), spec.path(), NOTHING);
    body = macros.withoutMarks(Operations.lookup(get, attributes));
    json = !spec.isBinary() || JsonValidator.isJson(body);
    attributesChanged = true;
  }

  /**
   * Gives the attributes their stored form if there was an operation on one; otherwise the section
   * stays byte for byte. A deletion keeps the system attributes.
   */
  private void finishAttributes() {
    if (attributesChanged) {
      section = XattrSection.fromObject(macros.withChecksum(attributes, body));
    }
    if (request.deletesDocument() && section.length > 0) {
      section = XattrSection.systemAttributes(section);
    }
  }

  /** Whether the document was deleted, or created as deleted, and the request leaves it so. */
  private boolean survivesDeleted() {
    return before == DocumentState.DELETED && !request.has(DocFlag.REVIVE_DOCUMENT);
  }

  private @Nullable Status refusalOfResult() {
    if (section.length > 0 && XattrSection.systemSize(section) > XattrSection.MAX_SYSTEM_SIZE) {
      return Status.E2BIG;
    }
    return survivesDeleted() && body.length > 0
        ? Status.SUBDOC_DELETED_DOCUMENT_CANT_HAVE_VALUE
        : null;
  }

  private MutationEffect effect() {
    boolean deleted = survivesDeleted();
    if (request.deletesDocument() && !request.has(DocFlag.REVIVE_DOCUMENT)) {
      deleted = true;
    }
    int datatype =
        (json ? Datatype.JSON : Datatype.RAW)
            | (section.length > 0 ? Datatype.XATTR : Datatype.RAW);
    return new MutationEffect(
        deleted ? DocumentState.DELETED : DocumentState.ALIVE,
        XattrSection.join(section, body),
        datatype,
        flags);
  }
}
