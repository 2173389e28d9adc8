package io.bnzoo.storage;

import java.util.Optional;
import org.nd4j.shade.jackson.databind.JavaType;
import org.nd4j.shade.jackson.databind.exc.InvalidTypeIdException;
import org.nd4j.shade.jackson.databind.type.TypeFactory;
import org.nd4j.shade.jackson.databind.util.LRUMap;
import org.nd4j.shade.jackson.databind.util.LookupCache;

/**
 * Where Jackson turns the names that it finds in JSON into classes, whatever property they stand
 * in: type identifiers, their type arguments, and values of type {@code Class}.
 */
final class TrustedTypeFactory extends TypeFactory {
  private static final long serialVersionUID = 1L;
  private static final int CACHED_TYPES = 200; // Jackson's own default.

  private final transient TrustedClasses trusted;

  /** Says which class was asked for. */
  static final class UntrustedClassException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private UntrustedClassException(String className) {
      super(className);
    }

    /** The name of the class that reading failed of; empty if it did for another reason. */
    static Optional<String> in(Throwable failure) {
      for (Throwable e = failure; e != null; e = e.getCause()) {
        if (e instanceof UntrustedClassException) {
          return Optional.of(e.getMessage());
        }
        // Of a type identifier Jackson keeps the message alone.
        if (e instanceof InvalidTypeIdException id
            && id.getOriginalMessage().contains(UntrustedClassException.class.getName())) {
          return Optional.of(id.getTypeId());
        }
      }
      return Optional.empty();
    }
  }

  TrustedTypeFactory(TrustedClasses trusted) {
    super((LookupCache<Object, JavaType>) new LRUMap<Object, JavaType>(16, CACHED_TYPES));
    this.trusted = trusted;
  }

  /**
   * Loads a trusted class. It is not initialized here, so that one which turns out to be of no use
   * where it is named never runs any code.
   */
  @Override
  public Class<?> findClass(String className) throws ClassNotFoundException {
    if (!trusted.contains(className)) {
      throw new UntrustedClassException(className);
    }
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    try {
      return Class.forName(className, false, ofThread);
    } catch (ClassNotFoundException e) {
      return Class.forName(className, false, TrustedTypeFactory.class.getClassLoader());
    }
  }
}
