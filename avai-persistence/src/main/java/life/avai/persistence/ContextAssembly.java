package life.avai.persistence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import life.avai.domain.conversation.ThreadContext.Exchange;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.persistence.jooq.udt.records.AnswerRowRecord;

/** Puts the rows of {@code context_before} into exchanges: by question, each with its reply. */
final class ContextAssembly {
  private ContextAssembly() {}

  static List<Exchange> exchanges(List<AnswerRowRecord> rows) {
    Map<Long, UserMessage> questions = new TreeMap<>();
    Map<MessageId, AssistantMessage> replies = new HashMap<>();
    for (AnswerRowRecord row : rows) {
      if (row.getReplyTo() == null) {
        questions.put(row.getPosition(), Rows.question(row));
      } else {
        AssistantMessage reply = Rows.shownReply(row);
        replies.put(reply.replyTo(), reply);
      }
    }
    List<Exchange> exchanges = new ArrayList<>(questions.size());
    for (UserMessage question : questions.values()) {
      exchanges.add(new Exchange(question, replies.get(question.id())));
    }
    return exchanges;
  }
}
