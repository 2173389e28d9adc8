/**
 * Folders that runs are kept in: what is finished, what resumes where it was interrupted, and the
 * lock that keeps a second process out.
 *
 * <p>Open {@link io.bnzoo.run.RunFolder} first, and {@link io.bnzoo.run.LessonFolder} for the
 * lesson. Note: {@code run.json} and the checksums are formats that later releases read.
 */
package io.bnzoo.run;
