/**
 * A finished comparison, or the lesson's finished trials, turned into files: a page, JSON, Markdown
 * and pictures.
 *
 * <p>Open {@link io.bnzoo.report.RunFolder} first, and {@link io.bnzoo.report.LessonFolder} for the
 * lesson. The trap: {@code result.json}, {@code lesson.json} and a trial's file are formats that
 * others read, so their names change only together with their {@code format} number.
 */
package io.bnzoo.report;
