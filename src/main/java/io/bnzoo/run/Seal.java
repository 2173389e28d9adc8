package io.bnzoo.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A checksum within a JSON document of everything else in it, white space aside.
 *
 * <p>It tells damage and figures that were edited by hand; it is no signature, since whoever edits
 * on purpose can change it, too. Documents of earlier versions have none.
 */
final class Seal {
  private static final String FIELD = "sha256";
  private static final ObjectMapper COMPACT = JsonMapper.builder().build();

  private Seal() {}

  /** Whether a document is as it was written. */
  enum State {
    INTACT,
    BROKEN,
    /** It says nothing of itself. */
    MISSING
  }

  /** A value as a document with its checksum. */
  static ObjectNode seal(ObjectMapper mapper, Object value) {
    try {
      // As it will be read: a mapper's own tree tells floats from doubles, a text does not.
      ObjectNode document = (ObjectNode) mapper.readTree(mapper.writeValueAsBytes(value));
      return document.put(FIELD, checksum(document));
    } catch (IOException e) {
      throw new IllegalArgumentException("not representable as JSON: " + value.getClass(), e);
    }
  }

  static State of(JsonNode document) {
    if (!document.has(FIELD)) {
      return State.MISSING;
    }
    ObjectNode rest = ((ObjectNode) document).deepCopy();
    String claimed = rest.remove(FIELD).asText();
    try {
      return claimed.equals(checksum(rest)) ? State.INTACT : State.BROKEN;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a tree is always representable as JSON", e);
    }
  }

  /** The state of a file's document; broken if it is none, missing if there is no file. */
  static State of(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return State.MISSING;
    }
    try {
      return of(COMPACT.readTree(Files.readAllBytes(file)));
    } catch (JsonProcessingException e) {
      return State.BROKEN;
    }
  }

  private static String checksum(ObjectNode document) throws JsonProcessingException {
    return DigestUtils.sha256Hex(COMPACT.writeValueAsBytes(document));
  }
}
