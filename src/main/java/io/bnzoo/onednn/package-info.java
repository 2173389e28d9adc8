/**
 * oneDNN's primitives as Java objects: memory with a layout, and kernels that are made once and run
 * many times. Nothing here depends on networks.
 *
 * <p>Open {@link io.bnzoo.onednn.Primitive} first. Note: oneDNN chooses memory layouts, with
 * padding; values are read and written by reordering to and from a plain layout.
 */
package io.bnzoo.onednn;
