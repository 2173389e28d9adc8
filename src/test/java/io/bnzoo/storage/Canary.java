package io.bnzoo.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.CustomSerializerStrategy;

/** Classes that sing when something makes one of them. */
public final class Canary {
  static final AtomicInteger SONGS = new AtomicInteger();

  private Canary() {}

  /** As a Java object in an archive. */
  public static final class Serialized implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      SONGS.incrementAndGet();
    }
  }

  /** As an activation in a configuration. */
  public static final class Activation extends ActivationReLU {
    private static final long serialVersionUID = 1L;

    public Activation() {
      SONGS.incrementAndGet();
    }
  }

  /** As a layer in a configuration. */
  public static final class Layer extends ActivationLayer {
    private static final long serialVersionUID = 1L;

    public Layer() {
      super(org.nd4j.linalg.activations.Activation.RELU);
      SONGS.incrementAndGet();
    }
  }

  /** As a distribution in a configuration: its initializer, its constructor and its setter sing. */
  public static final class EvilDistribution extends Distribution {
    private static final long serialVersionUID = 1L;

    static {
      SONGS.incrementAndGet();
    }

    public EvilDistribution() {
      SONGS.incrementAndGet();
    }

    public void setCommand(String command) {
      SONGS.incrementAndGet();
    }
  }

  /** As something that a configuration has no place for. */
  public static final class Stranger {
    static {
      SONGS.incrementAndGet();
    }
  }

  /** As what writes a normalizer. */
  public static final class NormalizerStrategy
      extends CustomSerializerStrategy<ImagePreProcessingScaler> {
    public NormalizerStrategy() {
      SONGS.incrementAndGet();
    }

    @Override
    public Class<ImagePreProcessingScaler> getSupportedClass() {
      return ImagePreProcessingScaler.class;
    }

    @Override
    public void write(ImagePreProcessingScaler normalizer, OutputStream stream) {}

    @Override
    public ImagePreProcessingScaler restore(InputStream stream) {
      return new ImagePreProcessingScaler();
    }
  }
}
