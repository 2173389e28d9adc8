package io.bnzoo.storage;

import io.bnzoo.files.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Writes a network's entries one after the other, as Deeplearning4j's {@link ModelSerializer}
 * would, with a {@link Manifest} behind them; none of them is in memory as a whole.
 */
final class ModelWriter {
  private final Archive zip;
  private final Map<String, String> sha256 = new LinkedHashMap<>();

  private ModelWriter(OutputStream out) {
    zip = new Archive(out);
  }

  /**
   * Of arrays no repetitions are looked for: weights have none, and an archive that unpacks to far
   * more than its size, as it would be with a state of zeros, is not read again.
   */
  private static final class Archive extends ZipOutputStream {
    Archive(OutputStream out) {
      super(out);
    }

    void begin(String name, int strategy) throws IOException {
      ZipEntry header = new ZipEntry(name);
      header.setTime(0); // The same model gives the same bytes, whenever it is saved.
      putNextEntry(header);
      def.setStrategy(strategy);
    }
  }

  /**
   * Writes an archive; the stream stays open.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}
   * @param state of the network's updater, as far as it is to be kept
   * @param more further entries
   */
  static void write(
      Model model,
      Optional<INDArray> state,
      Manifest.Provenance provenance,
      Map<String, byte[]> more,
      OutputStream out)
      throws IOException {
    ModelWriter writer = new ModelWriter(out);
    writer.text(ModelSerializer.CONFIGURATION_JSON, configuration(model));
    writer.parameters(Optional.ofNullable(model.params()));
    writer.state(state);
    for (Map.Entry<String, byte[]> entry : more.entrySet()) {
      writer.bytes(entry.getKey(), entry.getValue());
    }
    byte[] manifest = Manifest.of(writer.sha256, provenance).bytes();
    writer.entry(Manifest.ENTRY, Deflater.DEFAULT_STRATEGY, to -> to.write(manifest));
    writer.zip.finish();
  }

  private static String configuration(Model model) {
    return model instanceof ComputationGraph graph
        ? graph.getConfiguration().toJson()
        : ((MultiLayerNetwork) model).getLayerWiseConfigurations().toJson();
  }

  private void parameters(Optional<INDArray> parameters) throws IOException {
    if (parameters.isPresent()) {
      array(ModelSerializer.COEFFICIENTS_BIN, parameters.get());
    } else {
      text(ModelSerializer.COEFFICIENTS_BIN, "");
      text(ModelSerializer.NO_PARAMS_MARKER, "");
    }
  }

  private void state(Optional<INDArray> state) throws IOException {
    if (state.isPresent() && state.get().length() > 0) {
      array(ModelSerializer.UPDATER_BIN, state.get());
    }
  }

  private void text(String name, String text) throws IOException {
    bytes(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void bytes(String name, byte[] bytes) throws IOException {
    entry(name, Deflater.DEFAULT_STRATEGY, to -> to.write(bytes));
  }

  private void array(String name, INDArray array) throws IOException {
    long size = array.length() * array.dataType().width();
    if (size > ModelArchive.LARGEST_ARRAY - ModelArchive.ARRAY_HEADER) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "the entry %s would have %d bytes, and neither Deeplearning4j nor this library reads"
                  + " one of more than 2 GB",
              name,
              size));
    }
    entry(
        name,
        Deflater.HUFFMAN_ONLY,
        to -> {
          DataOutputStream buffered = new DataOutputStream(new BufferedOutputStream(to, 1 << 16));
          Nd4j.write(array, buffered);
          buffered.flush();
        });
  }

  private void entry(String name, int strategy, AtomicFile.Content content) throws IOException {
    zip.begin(name, strategy);
    DigestOutputStream digest = new DigestOutputStream(zip, DigestUtils.getSha256Digest());
    content.writeTo(digest);
    zip.closeEntry();
    sha256.put(name, Hex.encodeHexString(digest.getMessageDigest().digest()));
  }
}
