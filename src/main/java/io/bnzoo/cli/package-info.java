/**
 * The command line: commands read their options, call the packages below and print.
 *
 * <p>Open {@link io.bnzoo.cli.Bnzoo} first. This is the one place for the terminal and for exit
 * codes: 0 success, 1 failure, 2 wrong usage, 130 stopped.
 */
package io.bnzoo.cli;
