/**
 * What the notebooks need at hand: trainings in one line, pictures, exercises that are corrected,
 * and the claims of their text checked.
 *
 * <p>Open {@link io.bnzoo.notebook.Notebook} first. It knows nothing of Jupyter: pictures are plain
 * images, and everything works in JShell as well. Note: a notebook may be run shortened, so a
 * figure that only a whole training reaches has to be claimed by {@link
 * io.bnzoo.notebook.Claims#between}.
 */
package io.bnzoo.notebook;
