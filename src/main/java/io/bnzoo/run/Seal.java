package io.bnzoo.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bnzoo.storage.Json;
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

  private Seal() {}

  /** Whether a document is as it was written. */
  enum State {
    INTACT,
    BROKEN,
    /** It says nothing of itself. */
    MISSING
  }

  /** A value as a document with its checksum. */
  static ObjectNode seal(Object value) {
    ObjectNode document = (ObjectNode) Json.asRead(value);
    return document.put(FIELD, checksum(document));
  }

  static State of(JsonNode document) {
    if (!document.has(FIELD)) {
      return State.MISSING;
    }
    ObjectNode rest = ((ObjectNode) document).deepCopy();
    String claimed = rest.remove(FIELD).asText();
    return claimed.equals(checksum(rest)) ? State.INTACT : State.BROKEN;
  }

  /** The state of a file's document; broken if it is none, missing if there is no file. */
  static State of(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return State.MISSING;
    }
    try {
      return of(Json.mapper().readTree(Files.readAllBytes(file)));
    } catch (JsonProcessingException e) {
      return State.BROKEN;
    }
  }

  private static String checksum(ObjectNode document) {
    return DigestUtils.sha256Hex(Json.compact(document));
  }
}
