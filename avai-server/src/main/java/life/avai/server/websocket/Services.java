package life.avai.server.websocket;

import java.time.InstantSource;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.CancelTurns;
import life.avai.domain.conversation.ConversationEvents;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.ManageThreads;
import life.avai.domain.conversation.Regenerate;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.conversation.TurnDispatcher;
import life.avai.domain.identity.Authenticate;
import life.avai.domain.identity.Revocations;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.privacy.DeleteAccount;
import life.avai.domain.privacy.ExportData;
import life.avai.domain.thread.ThreadRepository;
import life.avai.server.ratelimit.NewGuests;

/** What a connection can ask of the domain. */
public record Services(
    Authenticate authenticate,
    NewGuests newGuests,
    Revocations revocations,
    ExportData exportData,
    DeleteAccount deleteAccount,
    SendMessage sendMessage,
    CancelTurns cancelTurns,
    Regenerate regenerate,
    ManageThreads manageThreads,
    ThreadRepository threads,
    MessageRepository messages,
    ConversationStore store,
    ConversationEvents events,
    TurnDispatcher turns,
    Assistant assistant,
    AiStatus status,
    EdgeEvents edgeEvents,
    InstantSource clock) {}
