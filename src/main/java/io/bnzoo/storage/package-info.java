/**
 * Models in files: the one place through which a model is saved or loaded.
 *
 * <p>Open {@link io.bnzoo.storage.ModelFiles}. The trap: Deeplearning4j's own reader deserializes
 * Java objects from an archive; nothing here hands it a file that has not been looked through.
 */
package io.bnzoo.storage;
