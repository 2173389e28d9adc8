/** Stands for a package of somebody's own. */
package io.bnzoo.storage.own;
