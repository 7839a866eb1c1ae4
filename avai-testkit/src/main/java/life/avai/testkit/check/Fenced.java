package life.avai.testkit.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P16: a server whose turn was taken over writes nothing more to it.
 *
 * <p>From outside three traces of such a write can be told: the stored attempt is lower than one
 * that a canister was asked for or that an earlier snapshot had; an attempt has two owners, in two
 * snapshots; the stored reply is what a canister answered to an earlier attempt and not what it
 * answered to the latest. The last one shows only where the answers of the attempts differ, so let
 * the canister name the attempt. A late write that wrote what was there already cannot be told, and
 * neither can a late renewal of a lease: between two snapshots it looks like the new owner's.
 */
final class Fenced implements Check {
  private record Attempt(String turn, long attempt) {}

  @Override
  public void check(Observations run, Report report) {
    Map<String, Long> asked = new HashMap<>();
    for (Event event : run.asked()) {
      Long attempt = Frames.number(event.frame(), "attempt");
      String turn = Frames.text(event.frame(), "request_id");
      if (event.frame().type().equals("process") && attempt != null && turn != null) {
        asked.merge(turn, attempt, Math::max);
      }
    }
    for (TurnRow turn : run.database().turns()) {
      long latest = asked.getOrDefault(turn.id(), 0L);
      if (turn.attempt() < latest) {
        report.add(
            "a turn is stored at attempt " + turn.attempt() + " where " + latest + " was begun",
            "turn " + turn.id());
      }
    }
    owners(run, report);
    replies(run, asked, report);
  }

  private static void owners(Observations run, Report report) {
    Map<Attempt, String> owners = new HashMap<>();
    Map<String, Integer> attempts = new HashMap<>();
    for (Database moment : run.moments()) {
      for (TurnRow turn : moment.turns()) {
        String id = "turn " + turn.id();
        Integer before = attempts.put(turn.id(), turn.attempt());
        if (before != null && before > turn.attempt()) {
          report.add("an attempt went from " + before + " back to " + turn.attempt(), id);
        }
        String owner = turn.owner();
        if (owner != null) {
          String first = owners.putIfAbsent(new Attempt(turn.id(), turn.attempt()), owner);
          if (first != null && !first.equals(owner)) {
            report.add(
                "attempt " + turn.attempt() + " has two owners",
                id,
                "owner " + first,
                "owner " + owner);
          }
        }
      }
    }
  }

  private static void replies(Observations run, Map<String, Long> asked, Report report) {
    Map<Attempt, Set<String>> texts = new HashMap<>();
    for (Event event : run.answered()) {
      JsonObject frame = event.frame();
      Long attempt = Frames.number(frame, "attempt");
      String turn = Frames.text(frame, "request_id");
      String text = Frames.text(frame, "response");
      if (frame.type().equals("response") && attempt != null && turn != null && text != null) {
        texts.computeIfAbsent(new Attempt(turn, attempt), key -> new HashSet<>()).add(text);
      }
    }
    for (TurnRow turn : run.database().turns()) {
      @Nullable MessageRow reply = run.message(turn.reply());
      long latest = asked.getOrDefault(turn.id(), 0L);
      if (reply == null
          || !turn.state().equals("completed")
          || has(texts, turn, latest, reply.content())) {
        continue;
      }
      for (long attempt = 1; attempt < latest; attempt++) {
        if (has(texts, turn, attempt, reply.content())) {
          report.add(
              "the reply of attempt " + attempt + " is stored where " + latest + " was begun",
              "turn " + turn.id(),
              "message " + reply.id());
          break;
        }
      }
    }
  }

  private static boolean has(
      Map<Attempt, Set<String>> texts, TurnRow turn, long attempt, String text) {
    return texts.getOrDefault(new Attempt(turn.id(), attempt), Set.of()).contains(text);
  }
}
