/**
 * Which native binary does the arithmetic, and with how many threads.
 *
 * <p>Open {@link io.bnzoo.backend.NativeBackend}. Note: ND4J reads its settings once, when its
 * first class is used, so the choice must be made before that.
 */
package io.bnzoo.backend;
