/**
 * Models in files: the one place through which a model is saved or loaded.
 *
 * <p>Open {@link io.bnzoo.storage.ModelFiles}. Note: Deeplearning4j's own reader deserializes Java
 * objects from an archive and loads any class that its JSON names; nothing here hands it a file, or
 * JSON that has not been validated.
 */
package io.bnzoo.storage;
