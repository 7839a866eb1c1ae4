package life.avai.testkit.canister;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import life.avai.testkit.websocket.RawWebSocket;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one connection. Adding never blocks: a virtual thread writes, and
 * ends when there is nothing left. What came while it wrote leaves in its next write, so a busy
 * connection costs few system calls.
 */
final class Outbox {
  private final RawWebSocket socket;
  private final ReentrantLock lock = new ReentrantLock();
  private ByteArrayOutputStream pending = new ByteArrayOutputStream(); // guarded by lock
  private boolean writing; // guarded by lock
  private @Nullable Runnable ending; // guarded by lock
  private int holds; // guarded by lock

  Outbox(RawWebSocket socket) {
    this.socket = socket;
  }

  void add(byte[] bytes) {
    lock.lock();
    try {
      if (ending == null) {
        pending.writeBytes(bytes);
        startWriting();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Does something when all that was added is written; nothing can be added any more. */
  void end(Runnable action) {
    lock.lock();
    try {
      if (ending == null) {
        ending = action;
        startWriting();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What is added from now on leaves after {@link #release}, all at once. */
  void hold() {
    lock.lock();
    try {
      holds++;
    } finally {
      lock.unlock();
    }
  }

  void release() {
    lock.lock();
    try {
      holds--;
      if (pending.size() > 0 || ending != null) {
        startWriting();
      }
    } finally {
      lock.unlock();
    }
  }

  private void startWriting() {
    if (!writing && holds == 0) {
      writing = true;
      Thread.ofVirtual().name("canister-outbox").start(this::write);
    }
  }

  private void write() {
    var spare = new ByteArrayOutputStream();
    while (true) {
      lock.lock();
      try {
        if (pending.size() == 0 || holds > 0) {
          writing = false;
          break;
        }
        var full = pending;
        pending = spare;
        spare = full;
      } finally {
        lock.unlock();
      }
      try {
        socket.sendBytes(spare.toByteArray());
      } catch (IOException e) {
        socket.cut(); // the reader of this connection notices, too
      }
      spare.reset();
    }
    runEnding();
  }

  private void runEnding() {
    Runnable action;
    lock.lock();
    try {
      action = holds == 0 ? ending : null;
    } finally {
      lock.unlock();
    }
    if (action != null) {
      action.run();
    }
  }
}
