/** Holds nothing but a class that Deeplearning4j looks up by its former name. */
package org.nd4j.nativeblas;
