/**
 * oneDNN's primitives as Java objects: memory with a layout, and kernels that are made once and run
 * many times. Nothing here knows of networks.
 *
 * <p>Open {@link io.bnzoo.onednn.Primitive} first. The trap: oneDNN lays its memory out as it
 * likes, with padding; a value's place is known only to it, and reordering is the one way in and
 * out.
 */
package io.bnzoo.onednn;
