package io.bnzoo.cli;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import picocli.CommandLine;

/** Reads the labels of variants. */
final class VariantConverter implements CommandLine.ITypeConverter<Normalization> {
  @Override
  public Normalization convert(String label) {
    return Variants.find(label)
        .orElseThrow(
            () ->
                new CommandLine.TypeConversionException(
                    UsageErrors.unknown(
                            "variant",
                            label,
                            Variants.inDefaultPlacement().stream().map(Normalization::label))
                        + ", and others that bnzoo models lists"));
  }
}
