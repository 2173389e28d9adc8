package io.bnzoo.storage;

import io.bnzoo.zoo.NetworkSpec;

/**
 * Where a saved model comes from.
 *
 * @param specification of the network
 * @param dataSha256 of the digits that it was trained on
 * @param batches how many steps it has been trained for
 */
public record ModelOrigin(NetworkSpec specification, String dataSha256, int batches) {}
