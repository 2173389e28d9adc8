package io.bnzoo.cli;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import java.util.stream.Stream;
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
                            Stream.concat(
                                    Variants.inDefaultPlacement().stream(),
                                    Variants.recurrent().stream().skip(1))
                                .map(Normalization::label))
                        + ", and others that bnzoo models lists"));
  }
}
