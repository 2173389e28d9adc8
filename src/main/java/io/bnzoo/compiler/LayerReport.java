package io.bnzoo.compiler;

import java.util.Optional;

/**
 * Whether a layer, or a vertex of a graph, has kernels here.
 *
 * @param name the layer's or the vertex's, or its index where it has none
 * @param type the simple name of its class
 * @param obstacle why it has none, in words that complete "because"; empty where it has
 */
public record LayerReport(String name, String type, Optional<String> obstacle) {}
