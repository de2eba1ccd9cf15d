package io.dure.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one broker tells clients of its cluster: Metadata, version 2, written out by hand. A client
 * library goes to the addresses in it at once and, where they are wrong, never tells them.
 */
record RawMetadata(String cluster, List<Member> brokers) {
  private static final int CONNECT_MS = 1_500;
  private static final int ANSWER_MS = 3_000;
  private static final int MOST_BROKERS = 10_000;

  record Member(int id, String address) {}

  /** Of the broker at an address; nothing about topics is asked. */
  static RawMetadata from(InetSocketAddress address) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(address, CONNECT_MS);
      socket.setSoTimeout(ANSWER_MS);
      var request = new ByteArrayOutputStream();
      var out = new DataOutputStream(request);
      out.writeShort(3);
      out.writeShort(2);
      out.writeInt(1);
      out.writeShort(-1); // no client id
      out.writeInt(0); // no topics
      var framed = new DataOutputStream(socket.getOutputStream());
      framed.writeInt(request.size());
      request.writeTo(framed);
      framed.flush();
      return read(new DataInputStream(socket.getInputStream()));
    }
  }

  private static RawMetadata read(DataInputStream in) throws IOException {
    in.readInt();
    in.readInt();
    int count = in.readInt();
    if (count < 0 || count > MOST_BROKERS) {
      throw new IOException("it tells of " + count + " brokers");
    }
    List<Member> brokers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = in.readInt();
      String host = text(in).orElse("");
      int port = in.readInt();
      text(in); // rack
      brokers.add(new Member(id, (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port));
    }
    return new RawMetadata(text(in).orElse(""), List.copyOf(brokers));
  }

  private static Optional<String> text(DataInputStream in) throws IOException {
    int size = in.readShort();
    if (size < 0) {
      return Optional.empty();
    }
    var bytes = new byte[size];
    in.readFully(bytes);
    return Optional.of(new String(bytes, StandardCharsets.UTF_8));
  }
}
