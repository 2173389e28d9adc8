/**
 * A class of the notebooks' Java kernel, put right.
 *
 * <p>Open {@link org.rapaio.jupyter.kernel.channels.LoopThread}. Note: it only takes effect
 * where it comes before the kernel's own on the class path, and it is kept out of bnzoo.jar.
 */
package org.rapaio.jupyter.kernel.channels;
