package life.avai.testkit.contract;

import java.util.List;

/** What the model behind an assistant does, whatever it is asked and however often. */
public sealed interface ModelBehaviour {
  /**
   * It streams pieces and answers with all of them.
   *
   * @param pieces the pieces, none of them empty
   */
  record Answers(List<String> pieces) implements ModelBehaviour {
    /** Copies the pieces. */
    public Answers {
      pieces = List.copyOf(pieces);
    }
  }

  /** It streams the question, character by character, and answers with it. */
  record Echoes() implements ModelBehaviour {}

  /**
   * It streams pieces, and then the attempt is lost: the connection breaks, say.
   *
   * @param pieces the pieces, none of them empty
   */
  record Breaks(List<String> pieces) implements ModelBehaviour {
    /** Copies the pieces. */
    public Breaks {
      pieces = List.copyOf(pieces);
    }
  }

  /** It says that it cannot answer, and that asking again is of no use. */
  record Refuses() implements ModelBehaviour {}

  /**
   * It streams pieces, and then neither goes on nor ends.
   *
   * @param pieces the pieces, none of them empty
   */
  record Hangs(List<String> pieces) implements ModelBehaviour {
    /** Copies the pieces. */
    public Hangs {
      pieces = List.copyOf(pieces);
    }
  }

  /** It is not there. */
  record IsAway() implements ModelBehaviour {}
}
