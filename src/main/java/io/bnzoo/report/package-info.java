/**
 * A finished comparison, or the lesson's finished trials, as a page, JSON and Markdown.
 *
 * <p>Open {@link io.bnzoo.report.ResultDocument} first, and {@link io.bnzoo.report.LessonReport}
 * for the lesson. Note: {@code result.json}, {@code lesson.json} and a trial's file are formats
 * that others read, so their names change only together with their {@code format} number.
 */
package io.bnzoo.report;
