package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void whatIsNotForReadingIsEscaped() {
    assertThat(Printable.line("a\u001b[31m\u009b\u0007\r\n\t\u202e\u2028\ud800b"))
        .isEqualTo("a\\u001b[31m\\u009b\\u0007\\u000d\\u000a\\u0009\\u202e\\u2028\\ud800b");
  }

  @Test
  void lettersOfAllLanguagesStay() {
    String text = "Größe, 数字, 😀, ~/runs";
    assertThat(Printable.line(text)).isEqualTo(text);
  }

  @Test
  void linesStayLines() {
    assertThat(Printable.lines("one\ntwo\u001b\n\n")).isEqualTo("one\ntwo\\u001b\n\n");
  }

  @Test
  void aSentenceIsBrokenAtSpacesAndIndented() {
    String fifteen = "word ".repeat(15).strip();
    assertThat(Printable.sentence("  " + fifteen + " " + fifteen))
        .isEqualTo("  " + fifteen + "\n    " + fifteen);
    assertThat(Printable.sentence("x".repeat(80))).hasSize(80);
  }

  @Test
  void aLongNameStaysWhole() {
    String path = "/" + "x".repeat(100);
    assertThat(Printable.sentence(path)).isEqualTo(path);
    assertThat(Printable.sentence("written to " + path + " and on"))
        .isEqualTo("written to\n  " + path + "\n  and on");
  }
}
