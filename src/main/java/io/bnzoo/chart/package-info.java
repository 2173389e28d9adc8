/**
 * Pictures of trainings: learning curves, and what happens inside the networks.
 *
 * <p>Open {@link io.bnzoo.chart.SmallChart} first; {@link io.bnzoo.chart.ChartStyle} has the colour
 * of each variant. Note: a colour belongs to a variant's name, never to its position.
 */
package io.bnzoo.chart;
