package life.avai.server.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;

/** Sends every message back, on the pipeline of the real server. */
public final class Echo implements Receiver {
  private final ClientSocket socket;

  private Echo(ClientSocket socket) {
    this.socket = socket;
  }

  public static WebSocketUpgrade upgrade(EdgeLimits limits) {
    return new WebSocketUpgrade(limits, EdgeEvents.NONE, (socket, client) -> new Echo(socket));
  }

  @Override
  public void opened() {}

  @Override
  public void sawLife() {}

  @Override
  public void text(String message) {
    socket.channel().writeAndFlush(new TextWebSocketFrame(message));
  }

  /** Unlike conversations: half of the suite's cases are about binary messages. */
  @Override
  public boolean takesBinary() {
    return true;
  }

  @Override
  public void binary(ByteBuf message) {
    socket.channel().writeAndFlush(new BinaryWebSocketFrame(message.copy()));
  }

  @Override
  public void writabilityChanged() {}

  @Override
  public void closed() {}
}
