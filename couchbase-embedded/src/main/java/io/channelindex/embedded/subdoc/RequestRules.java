package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.protocol.Status;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The rules that requests of one path and of many have in common. */
final class RequestRules {
  private static final Set<String> MUTATION_MACROS =
      Set.of(Macros.CAS, Macros.SEQNO, Macros.VALUE_CRC32C);

  private RequestRules() {}

  /**
   * Checks the document flags against themselves and the CAS.
   *
   * @throws SubdocException EINVAL
   */
  static void checkDocFlags(int docFlags, long cas) {
    if ((docFlags & ~DocFlag.ALL) != 0) {
      throw invalid("unknown document flags");
    }
    boolean add = (docFlags & DocFlag.ADD) != 0;
    if (add && cas != 0) {
      throw invalid("add with a CAS");
    }
    if (add && (docFlags & DocFlag.MKDOC) != 0) {
      throw invalid("add and mkdoc");
    }
  }

  /**
   * Checks one path against its operation and the document flags; then the rules of attributes.
   *
   * @throws SubdocException EINVAL, NOT_SUPPORTED or a status of attributes
   */
  static void checkPath(PathSpec spec, int docFlags, XattrSupport xattrs) {
    PathOperation operation = spec.operation();
    if (!operation.allowsPathFlags(spec.flags())) {
      throw invalid("path flags not allowed");
    }
    if (operation.requiresXattr() && !spec.isXattr()) {
      throw invalid("path must be of an attribute");
    }
    if (!operation.allowsDocFlags(docFlags)) {
      throw invalid("document flags not allowed");
    }
    if (spec.path().length > SubdocRequest.MAX_PATH_LENGTH) {
      throw invalid("path too long");
    }
    if (operation.isWholeDocument() && spec.path().length > 0) {
      throw invalid("path of a whole document");
    }
    checkAttribute(spec, xattrs);
    if (spec.path().length == 0 && !operation.allowsEmptyPath()) {
      throw invalid("no path");
    }
  }

  /** Checks that there is a value if, and only if, the operation takes one. */
  static void checkValue(PathSpec spec) {
    if (spec.operation().hasRequestValue() != (spec.value().length > 0)) {
      throw invalid("value missing or unexpected");
    }
  }

  private static void checkAttribute(PathSpec spec, XattrSupport xattrs) {
    if (!spec.isXattr()) {
      if (spec.expandsMacro() || spec.isBinary()) {
        throw refused(Status.SUBDOC_XATTR_INVALID_FLAG_COMBO, "flag needs the xattr flag");
      }
      return;
    }
    if (spec.expandsMacro() && spec.isBinary()) {
      throw refused(Status.SUBDOC_XATTR_INVALID_FLAG_COMBO, "macro in a binary value");
    }
    if (xattrs == XattrSupport.DISABLED) {
      throw refused(Status.NOT_SUPPORTED, "xattrs not agreed on");
    }
    if (XattrName.lengthIn(spec.path()) == XattrName.INVALID) {
      throw refused(Status.XATTR_EINVAL, "attribute name");
    }
    if (spec.isVirtual() && spec.operation().isMutation()) {
      throw refused(Status.SUBDOC_XATTR_CANT_MODIFY_VATTR, "virtual attribute");
    }
    BinaryAttribute.validate(spec.value());
    if (spec.expandsMacro()) {
      checkMacro(new String(spec.value(), StandardCharsets.ISO_8859_1));
    }
  }

  private static void checkMacro(String macro) {
    boolean virtual =
        macro.startsWith(Macros.DOCUMENT_PREFIX) && macro.endsWith(Macros.DOCUMENT_SUFFIX);
    if (!virtual && !MUTATION_MACROS.contains(macro)) {
      throw refused(Status.SUBDOC_XATTR_UNKNOWN_MACRO, "macro");
    }
  }

  static SubdocException invalid(String reason) {
    return refused(Status.EINVAL, reason);
  }

  static SubdocException refused(Status status, String reason) {
    return new SubdocException(status, reason);
  }
}
