package io.bnzoo.storage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.util.ModelSerializer;

/**
 * What an archive says of its own entries. Deeplearning4j does not look at it.
 *
 * <p>It tells damage and careless changes; it is no signature, since whoever changes an entry on
 * purpose can change this one, too.
 *
 * @param format of this entry; it changes whenever a name in it does
 * @param bnzoo the version of this library that wrote it
 * @param deeplearning4j the version of Deeplearning4j underneath
 * @param sha256 of every other entry
 * @param origin a {@link ModelOrigin} as JSON; absent where nobody gave one
 * @param changes what was done to the model after that, in words, the last one last
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Manifest(
    int format,
    String bnzoo,
    String deeplearning4j,
    Map<String, String> sha256,
    Optional<JsonNode> origin,
    List<String> changes) {
  static final String ENTRY = "bnzoo.json";

  private static final int FORMAT = 1;

  /** The checksums are put in the order of the entries' names. */
  public Manifest {
    sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256)); // In order, so that bytes repeat.
    changes = changes == null ? List.of() : List.copyOf(changes);
  }

  static Manifest of(Map<String, String> sha256, Provenance provenance) {
    return new Manifest(
        FORMAT,
        Versions.bnzoo(),
        Versions.deeplearning4j(),
        sha256,
        provenance.origin(),
        provenance.changes());
  }

  /** What a manifest says of the model itself. */
  record Provenance(Optional<JsonNode> origin, List<String> changes) {
    static Provenance of(Optional<ModelOrigin> origin) {
      return new Provenance(origin.map(known -> Json.mapper().valueToTree(known)), List.of());
    }

    /** After one more change of a model whose file has a manifest or none. */
    static Provenance changed(Optional<Manifest> before, String change) {
      List<String> changes = new ArrayList<>();
      before.ifPresent(known -> changes.addAll(known.changes()));
      changes.add(change);
      return new Provenance(before.flatMap(Manifest::origin), changes);
    }
  }

  private static Map<String, String> checksums(Map<String, byte[]> entries) {
    Map<String, String> checksums = new TreeMap<>();
    entries.forEach(
        (name, bytes) -> {
          if (!name.equals(ENTRY)) {
            checksums.put(name, DigestUtils.sha256Hex(bytes));
          }
        });
    return checksums;
  }

  boolean vouchesFor(String entry) {
    return sha256.containsKey(entry);
  }

  void requireKnown() throws IOException {
    if (format != FORMAT) {
      throw new IOException("format " + format + " is unknown");
    }
  }

  byte[] bytes() throws IOException {
    return Json.mapper().writeValueAsBytes(this);
  }

  /**
   * An entry whose bytes are not those that were written, or that is missing or new. A normalizer
   * may be new: Deeplearning4j adds one to a file that is there.
   */
  Optional<String> broken(Map<String, byte[]> entries) {
    Map<String, String> found = checksums(entries);
    if (!vouchesFor(ModelSerializer.NORMALIZER_BIN)) {
      found.remove(ModelSerializer.NORMALIZER_BIN);
    }
    TreeMap<String, String> all = new TreeMap<>(found);
    all.putAll(sha256);
    return all.keySet().stream()
        .filter(name -> !found.getOrDefault(name, "").equals(sha256.getOrDefault(name, "none")))
        .findFirst();
  }
}
