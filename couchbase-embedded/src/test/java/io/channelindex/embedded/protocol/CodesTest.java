package io.channelindex.embedded.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers on the wire. */
class CodesTest {
  @Test
  void everyOpcodeIsFoundByItsCode() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(Opcode.of(opcode.code())).isSameAs(opcode);
      assertThat(Opcode.of((byte) opcode.code())).as("as a signed byte").isSameAs(opcode);
    }
    assertThat(Opcode.of(0xff)).isNull();
    assertThat(Opcode.of(-1)).isNull();
  }

  @Test
  void everyFeatureIsFoundByItsCode() {
    for (Feature feature : Feature.values()) {
      assertThat(Feature.of(feature.code())).isSameAs(feature);
    }
    for (int unknown : new int[] {-1, 0, 0x05, 0x3f, 0x40, 0xffff}) {
      assertThat(Feature.of(unknown)).isNull();
    }
  }

  @Test
  void noTwoStatusesShareACode() {
    assertThat(Arrays.stream(Status.values()).map(Status::code)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCESS, 0x00",
    "KEY_ENOENT, 0x01",
    "NOT_MY_VBUCKET, 0x07",
    "ERANGE, 0x22",
    "ROLLBACK, 0x23",
    "UNKNOWN_COLLECTION, 0x88",
    "DCP_STREAMID_INVALID, 0x8d",
    "SUBDOC_MULTI_PATH_FAILURE, 0xcc"
  })
  void statusesAreThoseOfTheProtocol(Status status, String code) {
    assertThat(status.code()).isEqualTo(Integer.decode(code));
  }

  @Test
  void datatypesAreBits() {
    assertThat(Datatype.isJson(Datatype.JSON | Datatype.XATTR)).isTrue();
    assertThat(Datatype.isXattr(Datatype.JSON | Datatype.XATTR)).isTrue();
    assertThat(Datatype.isSnappy(Datatype.JSON | Datatype.XATTR)).isFalse();
    assertThat(Datatype.isSnappy(Datatype.SNAPPY)).isTrue();
    assertThat(Datatype.RAW).isZero();
  }
}
