package io.bnzoo.cli;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Variant;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Reads the labels of variants. */
final class VariantConverter implements CommandLine.ITypeConverter<Variant> {
  @Override
  public Variant convert(String label) {
    return Variants.find(label)
        .orElseThrow(
            () ->
                new CommandLine.TypeConversionException(
                    "there is no variant '"
                        + label
                        + "'; there is "
                        + Variants.inDefaultPlacement().stream()
                            .map(Variant::label)
                            .collect(Collectors.joining(", "))
                        + ", and others that bnzoo models lists"));
  }
}
