package io.dure.net;

import io.dure.base.Check;
import io.dure.base.CheckFailed;
import io.dure.runtime.IoSource;
import io.dure.runtime.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of one event loop. Belongs to the loop's thread, but for {@link #wakeup}. What a turn
 * has to say to a socket is collected and written at the start of the next poll, in as few writes
 * as possible.
 */
public final class SocketLoop implements IoSource {
  private static final Logger log = LoggerFactory.getLogger(SocketLoop.class);
  private static final int BUFFER_BYTES = 256 << 10;
  private static final long CHECK_EVERY_MS = 1_000;

  /** A socket and what is done with it. */
  interface Channel {
    /** The socket is ready for what the key asked. An exception closes it. */
    void onReady(SelectionKey key) throws IOException;

    /** Writes what {@link #wantsWrite} announced. An exception closes the socket. */
    void flush() throws IOException;

    /** About once a second: is it idle or stalled? */
    void check();

    /** Closes the socket; nothing happens if it is closed. */
    void close(String reason);
  }

  private final Selector selector;
  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Traffic traffic = new Traffic();
  private final Set<Channel> channels = new LinkedHashSet<>();
  private ArrayList<Channel> dirty = new ArrayList<>();
  private ArrayList<Channel> flushing = new ArrayList<>();
  private Loop loop = Unattached.LOOP;

  public SocketLoop() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("the system gives no selector", e);
    }
  }

  /** Tells which loop polls this; once, before that loop starts. */
  public void attach(Loop owner) {
    loop = owner;
    owner.schedule(CHECK_EVERY_MS, this::check);
  }

  Loop loop() {
    return loop;
  }

  /** For one read or write at a time; nobody keeps it. */
  ByteBuffer readBuffer() {
    return readBuffer.clear();
  }

  ByteBuffer writeBuffer() {
    return writeBuffer;
  }

  /** What clients asked over this loop; to be read on it. */
  public Traffic traffic() {
    return traffic;
  }

  int connections() {
    return channels.size();
  }

  SelectionKey register(SelectableChannel socket, int interest, Channel channel)
      throws IOException {
    SelectionKey key = socket.register(selector, interest, channel);
    channels.add(channel);
    return key;
  }

  void forget(Channel channel) {
    channels.remove(channel);
  }

  /** The channel has something to write: its {@link Channel#flush} is called once, soon. */
  void wantsWrite(Channel channel) {
    dirty.add(channel);
  }

  @Override
  public void poll(long timeoutMs) {
    flushDirty();
    try {
      if (timeoutMs == 0) {
        selector.selectNow(this::onKey);
      } else {
        selector.select(this::onKey, timeoutMs);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("waiting for sockets failed", e);
    }
  }

  private void onKey(SelectionKey key) {
    if (key.isValid() && key.attachment() instanceof Channel channel) {
      guarded(channel, () -> channel.onReady(key));
    }
  }

  private void flushDirty() {
    while (!dirty.isEmpty()) {
      ArrayList<Channel> due = dirty;
      dirty = flushing;
      flushing = due;
      for (Channel channel : due) {
        guarded(channel, channel::flush);
      }
      due.clear();
    }
  }

  private interface Io {
    void run() throws IOException;
  }

  /**
   * What goes wrong with one socket ends that socket only; a broken invariant of ours ends the
   * process.
   */
  private void guarded(Channel channel, Io io) {
    try {
      io.run();
    } catch (IOException | UncheckedIOException e) {
      channel.close(lostBecause(e));
    } catch (CheckFailed e) {
      throw e;
    } catch (RuntimeException e) {
      log.error("closing a connection after an unexpected failure", e);
      channel.close("unexpected failure: " + e);
    }
  }

  /** Clients end connections as they please: that is not worth a line in the log. */
  private static String lostBecause(Exception e) {
    String message = String.valueOf(e.getMessage());
    boolean usual = message.contains("Connection reset") || message.contains("Broken pipe");
    return usual ? "" : "connection lost: " + message;
  }

  private void check() {
    for (Channel channel : new ArrayList<>(channels)) {
      guarded(channel, channel::check);
    }
    loop.schedule(CHECK_EVERY_MS, this::check);
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  @Override
  public void close() {
    flushDirty();
    for (Channel channel : new ArrayList<>(channels)) {
      channel.close("");
    }
    try {
      selector.close();
    } catch (IOException e) {
      log.debug("closing the selector", e);
    }
  }

  /** Stands in until {@link #attach}. */
  private enum Unattached implements Loop {
    LOOP;

    @Override
    public void execute(Runnable task) {
      Check.that(false, "the sockets belong to no loop yet");
    }

    @Override
    public boolean isCurrent() {
      return false;
    }

    @Override
    public void atTurnEnd(Runnable task) {
      execute(task);
    }

    @Override
    public void schedule(long delayMs, Runnable task) {
      execute(task);
    }
  }
}
