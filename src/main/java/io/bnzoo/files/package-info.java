/**
 * Files that are there whole or not at all, and folders that one process holds.
 *
 * <p>Open {@link io.bnzoo.files.AtomicFile}. Note: a rename is safe only after the file's bytes,
 * and lasting only after the folder's, have reached the disk.
 */
package io.bnzoo.files;
