/**
 * Files that are there whole or not at all, and folders that one process holds.
 *
 * <p>Open {@link io.bnzoo.files.WholeFile}. The trap: a rename is safe only after the file's bytes,
 * and lasting only after the folder's, have reached the disk.
 */
package io.bnzoo.files;
