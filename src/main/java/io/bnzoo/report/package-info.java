/**
 * A finished comparison turned into files: JSON, Markdown and pictures.
 *
 * <p>Open {@link io.bnzoo.report.RunFolder} first. The trap: {@code result.json} is a format that
 * others read, so its names change only together with its {@code format} number.
 */
package io.bnzoo.report;
