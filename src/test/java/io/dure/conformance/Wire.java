package io.dure.conformance;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A connection to one broker that says exactly what it is told to and reads answers strictly: the
 * right correlation id, the version's schema, no byte left over. Opened again after the broker hung
 * up. Used by one thread.
 */
final class Wire implements AutoCloseable {
  /** Longer than anything that is asked may take on a busy machine. */
  private static final int ANSWER_WITHIN_MS = 30_000;

  private final String host;
  private final int port;
  private Optional<Socket> socket = Optional.empty();
  private int correlationId;

  Wire(String address) {
    int colon = address.lastIndexOf(':');
    host = address.substring(0, colon);
    port = Integer.parseInt(address.substring(colon + 1));
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  /** What came back for one request: as a message, and as the fields that were on the wire. */
  record Answer(ApiMessage message, Fields fields) {}

  /** Sends a request and reads its answer; empty when the broker closes the connection instead. */
  Optional<Answer> ask(ApiKeys api, int version, ApiMessage body) {
    send(api, version, body);
    return receive().map(bytes -> read(api, (short) version, bytes));
  }

  void send(ApiKeys api, int version, ApiMessage body) {
    sendFrame(frame(api, (short) version, ++correlationId, body));
  }

  /** Sends what may not be a request at all; the length is put before it. */
  void sendFrame(ByteBuffer frame) {
    try {
      byte[] bytes = new byte[4 + frame.remaining()];
      ByteBuffer.wrap(bytes).putInt(frame.remaining()).put(frame);
      DataOutputStream out = new DataOutputStream(open().getOutputStream());
      out.write(bytes);
      out.flush();
    } catch (SocketException e) {
      // Closed while we wrote; the reader finds out.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame without its length; empty when the connection was closed. */
  Optional<ByteBuffer> receive() {
    try {
      var in = new DataInputStream(open().getInputStream());
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      return Optional.of(ByteBuffer.wrap(bytes));
    } catch (EOFException | SocketException e) {
      close();
      return Optional.empty();
    } catch (IOException e) {
      close();
      throw new UncheckedIOException("no answer within %d ms".formatted(ANSWER_WITHIN_MS), e);
    }
  }

  /** Reads an answer by the generated class and, independently, by the schema. */
  Answer read(ApiKeys api, short version, ByteBuffer bytes) {
    var in = new ByteBufferAccessor(bytes);
    var header = new ResponseHeaderData(in, api.responseHeaderVersion(version));
    if (header.correlationId() != correlationId) {
      throw new AssertionError(
          "answer to request %d instead of %d".formatted(header.correlationId(), correlationId));
    }
    ByteBuffer again = bytes.duplicate();
    ApiMessage message = api.messageType.newResponse();
    message.read(in, version);
    if (bytes.hasRemaining()) {
      throw new AssertionError(
          "%d bytes follow the answer of %s %d".formatted(bytes.remaining(), api.name, version));
    }
    return new Answer(message, Fields.of(api.messageType.responseSchemas()[version], again));
  }

  static ByteBuffer frame(ApiKeys api, short version, int correlationId, ApiMessage body) {
    RequestHeaderData header = new RequestHeader(api, version, "conformance", correlationId).data();
    short headerVersion = api.requestHeaderVersion(version);
    var headerCache = new ObjectSerializationCache();
    var bodyCache = new ObjectSerializationCache();
    ByteBuffer frame =
        ByteBuffer.allocate(
            header.size(headerCache, headerVersion) + body.size(bodyCache, version));
    var to = new ByteBufferAccessor(frame);
    header.write(to, headerCache, headerVersion);
    body.write(to, bodyCache, version);
    return frame.flip();
  }

  private Socket open() throws IOException {
    if (socket.isEmpty()) {
      var fresh = new Socket(host, port);
      fresh.setSoTimeout(ANSWER_WITHIN_MS);
      fresh.setTcpNoDelay(true);
      socket = Optional.of(fresh);
    }
    return socket.get();
  }

  @Override
  public void close() {
    try {
      if (socket.isPresent()) {
        socket.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      socket = Optional.empty();
    }
  }
}
