package io.dure.it;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;

/** Says exactly what a test wants said, to exactly one broker: no client would ask a follower. */
public final class RawConnection implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private int correlationId;

  public RawConnection(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  public <R extends ApiMessage> R ask(ApiKeys api, int version, ApiMessage body)
      throws IOException {
    send(api, version, body);
    return answer(api, version);
  }

  /** The next answer, to a request of this API and version. */
  @SuppressWarnings("unchecked")
  public <R extends ApiMessage> R answer(ApiKeys api, int version) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    var answer = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
    new ResponseHeaderData(answer, api.responseHeaderVersion((short) version));
    ApiMessage response = api.messageType.newResponse();
    response.read(answer, (short) version);
    return (R) response;
  }

  public void send(ApiKeys api, int version, ApiMessage body) throws IOException {
    RequestHeaderData header =
        new RequestHeader(api, (short) version, "raw", ++correlationId).data();
    short headerVersion = api.requestHeaderVersion((short) version);
    var headerCache = new ObjectSerializationCache();
    var bodyCache = new ObjectSerializationCache();
    int size = header.size(headerCache, headerVersion) + body.size(bodyCache, (short) version);
    ByteBuffer frame = ByteBuffer.allocate(4 + size).putInt(size);
    var to = new ByteBufferAccessor(frame);
    header.write(to, headerCache, headerVersion);
    body.write(to, bodyCache, (short) version);
    out.write(frame.array());
    out.flush();
  }

  /** Waits for the other side to close; false if it says something instead. */
  public boolean isClosedByBroker() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
