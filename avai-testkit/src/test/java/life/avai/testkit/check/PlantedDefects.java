package life.avai.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.check.Story.Sent;
import org.junit.jupiter.api.BeforeEach;

/** A good story, to plant defects in: each property is broken in every way that its check knows. */
abstract class PlantedDefects {
  static final String SECRET = "blue harbour";

  final Story story = new Story();
  Sent first = new Sent("", "", "", 0);
  Sent second = first;

  @BeforeEach
  final void tell() {
    story.arrives(1, "ann");
    story.arrives(2, "bob");
    story.arrives(3, "ann");
    story.notes(Kind.SECRET, "user", "ann", "text", SECRET);
    first = story.says(1, "t1", "the " + SECRET, "c1");
    story.isAnswered(1, first, "First answer");
    second = story.says(1, "t1", "second question", null);
    story.isAnswered(1, second, "Second answer");
    story.isAnswered(2, story.says(2, "t2", "bob asks", null), "Bob's answer");
    story.settles(1);
    story.settles(2);
    assertThat(Checker.standard().check(story.recording())).isEmpty();
  }

  /** The property is reported, and no other one. */
  void assertBroken(Property property) {
    assertBroken(property, UnaryOperator.identity());
  }

  void assertBroken(Property property, UnaryOperator<Database> change) {
    List<Violation> violations = Checker.standard().check(story.recording(change));
    assertThat(violations).isNotEmpty();
    assertThat(violations).as("%s", violations).allMatch(v -> v.property() == property);
    assertThat(violations.toString()).doesNotContain(SECRET);
  }

  Sent failed(Sent sent) {
    story.ends(sent, "failed", 1, null, "TIMEOUT");
    return sent;
  }

  /** The property is reported in these words, be it with others that the defect breaks too. */
  void assertReported(Property property, String what) {
    assertReported(property, what, UnaryOperator.identity());
  }

  void assertReported(Property property, String what, UnaryOperator<Database> change) {
    assertThat(Checker.standard().check(story.recording(change)))
        .anySatisfy(violation -> {
          assertThat(violation.property()).isEqualTo(property);
          assertThat(violation.what()).contains(what);
        });
  }
}
