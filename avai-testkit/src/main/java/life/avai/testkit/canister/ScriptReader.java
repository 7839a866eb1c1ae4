package life.avai.testkit.canister;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Reads what a script file says, down to its answers; {@link StepReader} reads their steps. */
final class ScriptReader {
  private static final int VERSION = 1;

  private final Fields file;

  ScriptReader(Fields file) {
    this.file = file;
  }

  ScriptFile read() {
    Long version = file.integer("version", VERSION, VERSION);
    if (version == null) {
      throw file.wrong("version is missing (expected: " + VERSION + ")");
    }
    file.text("about");
    CanisterScript script = file.has("answers") ? answers() : null;
    Consumer<Switches> switches = switches(file.fields("switches"));
    List<Fault> faults = new ArrayList<>();
    for (String name : file.texts("faults")) {
      faults.add(fault(file, name));
    }
    file.refuseOthers();
    return new ScriptFile(script, switches, faults);
  }

  private static Fault fault(Fields fields, String label) {
    try {
      return Fault.of(label);
    } catch (IllegalArgumentException e) {
      throw fields.wrong("unknown " + e.getMessage());
    }
  }

  private static Consumer<Switches> switches(@Nullable Fields fields) {
    if (fields == null) {
      return switches -> {};
    }
    Boolean answersPings = fields.truth("answer_pings");
    Boolean answersWebSocketPings = fields.truth("answer_websocket_pings");
    Boolean obeysCancel = fields.truth("obey_cancel");
    Boolean echoesAttempt = fields.truth("echo_attempt");
    Long status = fields.integer("upgrade_status", 101, 599);
    String token = fields.text("token");
    fields.refuseOthers();
    return switches -> {
      fields.ifThere(answersPings, switches::answerPings);
      fields.ifThere(answersWebSocketPings, switches::answerWebSocketPings);
      fields.ifThere(obeysCancel, switches::obeyCancel);
      fields.ifThere(echoesAttempt, switches::echoAttempt);
      fields.ifThere(status, code -> switches.answerUpgradeWith(code.intValue()));
      fields.ifThere(token, switches::requireToken);
    };
  }

  private CanisterScript answers() {
    List<Answer> answers = new ArrayList<>();
    for (Fields fields : file.list("answers")) {
      answers.add(answer(fields));
    }
    return request ->
        answers.stream()
            .filter(answer -> answer.takes(request))
            .findFirst()
            .map(answer -> answer.script().stepsFor(request))
            .orElseGet(() ->
                List.of(Step.error("no answer in the script fits this request", false, null)));
  }

  /** One entry of {@code answers}; {@code left} counts down how often it may still be used. */
  private record Answer(Predicate<ProcessRequest> when, AtomicLong left, CanisterScript script) {
    boolean takes(ProcessRequest request) {
      return when.test(request) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
  }

  private static Answer answer(Fields fields) {
    Fields conditions = fields.fields("when");
    Predicate<ProcessRequest> when = conditions == null ? request -> true : when(conditions);
    Long times = fields.integer("times", 1, Integer.MAX_VALUE);
    CanisterScript script = script(fields);
    fields.refuseOthers();
    return new Answer(when, new AtomicLong(times == null ? Long.MAX_VALUE : times), script);
  }

  private static Predicate<ProcessRequest> when(Fields fields) {
    String question = fields.text("question");
    String part = fields.text("question_contains");
    String conversation = fields.text("conversation_id");
    String user = fields.text("user_id");
    Long attempt = fields.integer("attempt", 1, Integer.MAX_VALUE);
    fields.refuseOthers();
    return request ->
        (question == null || question.equals(request.question()))
            && (part == null || request.question().contains(part))
            && (conversation == null || conversation.equals(request.conversationId()))
            && (user == null || user.equals(request.userId()))
            && (attempt == null || attempt == request.attempt());
  }

  private static CanisterScript script(Fields fields) {
    String reply = fields.text("reply");
    String label = fields.text("fault");
    Long seed = fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    JsonObject recorded = fields.object("recorded");
    List<CanisterScript> scripts = new ArrayList<>();
    if (reply != null) {
      scripts.add(CanisterScript.replyWith(reply));
    }
    if (label != null) {
      scripts.add(
          fault(fields, label)
              .script()
              .orElseThrow(() ->
                  fields.wrong(
                      "fault",
                      "a fault of an answer; this one belongs into the file's \"faults\"")));
    }
    if (seed != null) {
      scripts.add(CanisterScript.seeded(seed));
    }
    if (fields.has("steps")) {
      List<Step> steps = new ArrayList<>();
      for (Fields step : fields.list("steps")) {
        steps.add(new StepReader(step, recorded).read());
      }
      scripts.add(request -> steps);
    }
    if (scripts.size() != 1) {
      throw fields.wrong("expected exactly one of reply, steps, fault, seed");
    }
    return scripts.getFirst();
  }
}
