/**
 * Images with labels: MNIST's files found, fetched and verified, generated digits where there are
 * none, or what a folder holds ({@link io.bnzoo.data.ImageDataset#load(java.nio.file.Path)}); the
 * training, validation and test sets, and the stream of batches.
 *
 * <p>Open {@link io.bnzoo.data.ImageDataset} first: {@code ImageDataset.digits()} gives the digits.
 * {@link io.bnzoo.data.IteratorDataset} has the batches of Deeplearning4j's iterators instead.
 * Note: MNIST's validation is the <em>first</em> 5,000 images of the training file, as in
 * TensorFlow's tutorial reader, so training sees 55,000 images and not 60,000.
 */
package io.bnzoo.data;
