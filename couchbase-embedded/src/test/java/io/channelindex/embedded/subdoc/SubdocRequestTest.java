package io.channelindex.embedded.subdoc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubdocRequestTest {
  private static final List<Opcode> OPCODES =
      Stream.of(Opcode.values()).filter(o -> o.name().startsWith("SUBDOC_")).toList();

  @Test
  void readsTheOptionalExtras() {
    SubdocRequest all =
        Requests.mutation().extras(0, 0, 1, 2, 0xff, 0, 0, 3, 1).path(0xc8, 0, "a", "1").decode();
    assertThat(all.expiry()).isEqualTo(0x102);
    assertThat(all.userFlags()).hasValue(0xff000003);
    assertThat(all.createsDocument()).isTrue();
    assertThat(all.isMutation()).isTrue();

    SubdocRequest none = Requests.lookup().docFlags(0x20).path(0xc5, 0, "a").decode();
    assertThat(none.expiry()).isZero();
    assertThat(none.userFlags()).isEmpty();
    assertThat(none.isReplicaRead()).isTrue();
    assertThat(none.isMutation()).isFalse();

    SubdocRequest single =
        Requests.single(Opcode.SUBDOC_COUNTER, 1, "n", "5", 0, 0, 0, 9, 0, 0, 0, 8, 1);
    assertThat(single.expiry()).isEqualTo(9);
    assertThat(single.userFlags()).hasValue(8);
    assertThat(single.has(DocFlag.MKDOC)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6, 7, 10, 12})
  void refusesExtrasOfOtherLengths(int length) {
    assertStatus(
        Status.EINVAL,
        () -> Requests.mutation().extras(new int[length]).path(0xc8, 0, "a", "1").decode());
  }

  @Test
  void refusesAnExpiryInALookup() {
    assertStatus(
        Status.EINVAL, () -> Requests.lookup().extras(new int[4]).path(0xc5, 0, "a").decode());
    assertStatus(Status.EINVAL, () -> Requests.single(Opcode.SUBDOC_GET, 0, "a", "", 0, 0, 0, 0));
  }

  @Test
  void limitsTheNumberOfPaths() {
    Requests requests = Requests.lookup();
    for (int i = 0; i < 16; i++) {
      requests.path(0xc5, 0, "a");
    }
    assertThat(requests.decode().paths()).hasSize(16);
    assertStatus(Status.SUBDOC_INVALID_COMBO, () -> requests.path(0xc5, 0, "a").decode());
    assertStatus(Status.SUBDOC_INVALID_COMBO, () -> Requests.lookup().decode());
  }

  @Test
  void limitsTheLengthOfPaths() {
    String longest = "a".repeat(1024);

    assertThat(Requests.lookup().path(0xc5, 0, longest).decode().paths()).hasSize(1);
    assertThat(Requests.single(Opcode.SUBDOC_GET, 0, longest, "").paths()).hasSize(1);
    assertStatus(Status.EINVAL, () -> Requests.lookup().path(0xc5, 0, longest + "a").decode());
    assertStatus(Status.EINVAL, () -> Requests.single(Opcode.SUBDOC_GET, 0, longest + "a", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedPaths")
  void refuses(String what, Status status, Requests request) {
    assertStatus(status, request::decode);
  }

  static Stream<Arguments> refusedPaths() {
    return Stream.of(
        refused("lookup in a mutation", Status.SUBDOC_INVALID_COMBO, m(0xc5, 0, "a", "")),
        refused("mutation in a lookup", Status.SUBDOC_INVALID_COMBO, l(0xc8, 0, "a")),
        refused("add of a document", Status.SUBDOC_INVALID_COMBO, m(0x02, 0, "", "1")),
        refused("multi in multi", Status.SUBDOC_INVALID_COMBO, m(0xd1, 0, "a", "1")),
        refused("unknown opcode", Status.SUBDOC_INVALID_COMBO, l(0x99, 0, "a")),
        refused("unknown path flag", Status.EINVAL, m(0xc8, 0x02, "a", "1")),
        refused("mkdir_p in a removal", Status.EINVAL, m(0xc9, 0x01, "a", "")),
        refused("flag of a whole document", Status.EINVAL, m(0x01, 0x04, "", "1")),
        refused("path of a whole document", Status.EINVAL, m(0x01, 0, "a", "1")),
        refused("no path", Status.EINVAL, l(0xc5, 0, "")),
        refused("no value", Status.EINVAL, m(0xc8, 0, "a", "")),
        refused("value of a removal", Status.EINVAL, m(0xc9, 0, "a", "1")),
        refused("body of an attribute operation", Status.EINVAL, m(0xd3, 0, "a", "")),
        refused("unknown doc flag", Status.EINVAL, m(0xc8, 0, "a", "1").docFlags(0x40)),
        refused("add and mkdoc", Status.EINVAL, m(0xc8, 0, "a", "1").docFlags(0x03)),
        refused("mkdoc in a lookup", Status.EINVAL, l(0xc5, 0, "a").docFlags(0x01)),
        refused("mkdoc in a replacement", Status.EINVAL, m(0xca, 0, "a", "1").docFlags(0x01)),
        refused("replica in a mutation", Status.EINVAL, m(0xc8, 0, "a", "1").docFlags(0x20)),
        refused("revive alone", Status.EINVAL, m(0xc8, 0, "a", "1").docFlags(0x10)),
        refused("revive as deleted", Status.EINVAL, m(0xc8, 4, "a", "1").docFlags(0x1d)),
        refused(
            "macro of the body",
            Status.SUBDOC_XATTR_INVALID_FLAG_COMBO,
            m(0xc8, 0x10, "a", "\"${Mutation.CAS}\"")),
        refused("binary body", Status.SUBDOC_XATTR_INVALID_FLAG_COMBO, m(0xc8, 0x20, "a", "x")),
        refused("binary macro", Status.SUBDOC_XATTR_INVALID_FLAG_COMBO, m(0xc8, 0x34, "a", "x")),
        refused("unknown macro", Status.SUBDOC_XATTR_UNKNOWN_MACRO, m(0xc8, 0x14, "a", "\"${x}\"")),
        refused("no attribute", Status.XATTR_EINVAL, l(0xc5, 4, "")),
        refused("long attribute", Status.XATTR_EINVAL, l(0xc5, 4, "a".repeat(16))),
        refused("punctuation", Status.XATTR_EINVAL, l(0xc5, 4, "-a")),
        refused("bare underscore", Status.XATTR_EINVAL, l(0xc5, 4, "_.a")),
        refused("bare dollar", Status.XATTR_EINVAL, l(0xc5, 4, "$")),
        refused("zero byte", Status.XATTR_EINVAL, l(0xc5, 4, "a.\0")),
        refused(
            "virtual attribute",
            Status.SUBDOC_XATTR_CANT_MODIFY_VATTR,
            m(0xc8, 4, "$document.a", "1")),
        refused(
            "broken base64",
            Status.XATTR_EINVAL,
            m(0xc8, 4, "a", "\"cb-content-base64-encoded:***\"")),
        refused(
            "attribute after the body",
            Status.SUBDOC_INVALID_XATTR_ORDER,
            m(0xc8, 0, "a", "1").path(0xc8, 4, "a", "1")),
        refused(
            "deletion after the body",
            Status.SUBDOC_INVALID_COMBO,
            m(0xc8, 0, "a", "1").path(0x04, 0, "")),
        refused(
            "body after the deletion",
            Status.SUBDOC_INVALID_COMBO,
            m(0x04, 0, "", "").path(0xc8, 0, "a", "1")));
  }

  private static Arguments refused(String what, Status status, Requests request) {
    return Arguments.of(what, status, request);
  }

  private static Requests m(int opcode, int flags, String path, String value) {
    return Requests.mutation().path(opcode, flags, path, value);
  }

  private static Requests l(int opcode, int flags, String path) {
    return Requests.lookup().path(opcode, flags, path);
  }

  @Test
  void refusesAnAddWithACas() {
    Requests add = m(0xc8, 0, "a", "1").docFlags(0x02);

    assertThat(add.decode(0).createsDocument()).isTrue();
    assertStatus(Status.EINVAL, () -> add.decode(1));
  }

  @Test
  void refusesCreateAsDeletedOfABody() {
    assertStatus(Status.EINVAL, () -> Requests.single(Opcode.SUBDOC_DICT_ADD, 0, "a", "1", 0x09));
    assertStatus(Status.EINVAL, () -> Requests.single(Opcode.SUBDOC_DICT_ADD, 4, "a", "1", 0x08));
    assertThat(Requests.single(Opcode.SUBDOC_DICT_ADD, 4, "a", "1", 0x09).createsDocument())
        .isTrue();
  }

  @Test
  void refusesAttributesIfNotAgreedOn() {
    byte[] value = Requests.lookup().path(0xc5, 4, "_sync").value();

    assertStatus(
        Status.NOT_SUPPORTED,
        () ->
            SubdocRequest.decode(
                Opcode.SUBDOC_MULTI_LOOKUP, 0, new byte[0], value, XattrSupport.DISABLED));
  }

  @Test
  void allowsManyAttributesInOneRequest() {
    assertThat(
            Requests.lookup()
                .path(0xc5, 4, "_sync")
                .path(0xc5, 4, "user")
                .path(0xc5, 4, "$document")
                .decode()
                .paths())
        .hasSize(3);
  }

  @Test
  void refusesTruncatedRequests() {
    byte[] value = Requests.mutation().path(0xc8, 0, "abc", "123").value();
    for (int length = 1; length < value.length; length++) {
      byte[] truncated = Arrays.copyOf(value, length);
      assertStatus(
          Status.EINVAL,
          () ->
              SubdocRequest.decode(
                  Opcode.SUBDOC_MULTI_MUTATION, 0, new byte[0], truncated, XattrSupport.ENABLED));
    }
    byte[] huge = {(byte) 0xc8, 0, 0, 1, -1, -1, -1, -1, 'a', '1'};
    assertStatus(
        Status.EINVAL,
        () ->
            SubdocRequest.decode(
                Opcode.SUBDOC_MULTI_MUTATION, 0, new byte[0], huge, XattrSupport.ENABLED));
  }

  @Test
  void refusesAForeignOpcode() {
    assertThatThrownBy(
            () ->
                SubdocRequest.decode(Opcode.GET, 0, new byte[3], new byte[0], XattrSupport.ENABLED))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void exceptionsAreCheap() {
    assertThatThrownBy(() -> Requests.lookup().decode())
        .isInstanceOf(SubdocException.class)
        .hasMessage("status=SUBDOC_INVALID_COMBO, reason=number of paths")
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
  }

  @Property(tries = 5000)
  void answersEveryRequest(
      @ForAll("opcodes") Opcode opcode,
      @ForAll("extras") byte[] extras,
      @ForAll("values") byte[] value) {
    SubdocRequest request;
    try {
      request = SubdocRequest.decode(opcode, 0, extras, value, XattrSupport.ENABLED);
    } catch (SubdocException e) {
      assertThat(e.status()).isNotEqualTo(Status.SUCCESS);
      return;
    }
    for (SubdocSource source : sources()) {
      if (request.isMutation()) {
        MutationResult result = SubdocExecutor.mutate(request, source, Documents.STAMP);
        boolean success =
            result.status() == Status.SUCCESS || result.status() == Status.SUBDOC_SUCCESS_DELETED;
        assertThat(result.effect() != null).isEqualTo(success);
      } else {
        assertThat(SubdocExecutor.lookup(request, source, VbucketClock.of(1, 0)).value())
            .isNotNull();
      }
    }
  }

  private static List<SubdocSource> sources() {
    return List.of(
        Documents.alive("{\"a\":{\"a\":1},\"_a\":[1]}", "{\"a\":[1,{\"a\":2}]}"),
        Documents.raw("a"),
        Documents.tombstone("{\"_a\":[1]}"));
  }

  @Provide
  Arbitrary<Opcode> opcodes() {
    return Arbitraries.of(OPCODES);
  }

  @Provide
  Arbitrary<byte[]> extras() {
    return Arbitraries.oneOf(
        Arbitraries.of(new byte[0], new byte[] {1}, new byte[] {2}, new byte[] {4}),
        Arbitraries.of(new byte[] {0, 1, 0}, new byte[] {0, 2, 4}, new byte[] {0, 1, 0, 1}),
        Arbitraries.bytes().array(byte[].class).ofMaxSize(14));
  }

  @Provide
  Arbitrary<byte[]> values() {
    Arbitrary<Byte> likely =
        Arbitraries.of("a_$.[]0-1\"{}:,\0\1\2\4\u0010".chars().mapToObj(c -> (byte) c).toList());
    Arbitrary<Byte> opcodes = Arbitraries.of(OPCODES).map(opcode -> (byte) opcode.code());
    return Arbitraries.oneOf(
        Arbitraries.oneOf(likely, likely, opcodes).array(byte[].class).ofMaxSize(40),
        Arbitraries.bytes().array(byte[].class).ofMaxSize(40),
        Arbitraries.of("aa", "a1", "_a1", "a[1]").map(text -> text.getBytes(UTF_8)));
  }

  private static void assertStatus(Status status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SubdocException.class, e -> assertThat(e.status()).isEqualTo(status));
  }
}
