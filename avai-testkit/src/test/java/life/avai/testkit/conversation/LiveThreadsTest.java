package life.avai.testkit.conversation;

import life.avai.domain.conversation.ConversationEvents;
import life.avai.domain.conversation.LiveThreads;
import life.avai.testkit.contract.ConversationEventsContract;

class LiveThreadsTest extends ConversationEventsContract {
  @Override
  protected ConversationEvents freshEvents() {
    return new LiveThreads();
  }
}
