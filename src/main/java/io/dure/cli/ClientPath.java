package io.dure.cli;

import io.dure.doctor.Finding;
import io.dure.doctor.Finding.Code;
import io.dure.doctor.Finding.Severity;
import io.dure.doctor.Observations.Reach;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Goes to an address as a Kafka client does, step by step: the name, the connection, the first
 * words of the protocol. Stateless.
 */
final class ClientPath {
  private static final int CONNECT_MS = 1_500;
  private static final int ANSWER_MS = 3_000;
  private static final int CORRELATION_ID = 0x4475_7265;
  private static final int LARGEST_ANSWER_BYTES = 1 << 16;

  /** Where a walk ended. */
  sealed interface End {
    /** It speaks Kafka's protocol. */
    record Kafka() implements End {}

    record Unresolved() implements End {}

    record Refused(String why) implements End {}

    /** It takes the connection and says nothing. */
    record Silent(String why) implements End {}

    record NotKafka() implements End {}
  }

  private ClientPath() {}

  static InetSocketAddress resolve(String address) throws UnknownHostException {
    int colon = address.lastIndexOf(':');
    if (colon < 1 || !address.substring(colon + 1).matches("\\d{1,5}")) {
      throw new Refusal("an address is HOST:PORT, not " + address);
    }
    InetAddress host = InetAddress.getByName(address.substring(0, colon).replaceAll("^\\[|]$", ""));
    return new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
  }

  static End walk(String address) {
    InetSocketAddress target;
    try {
      target = resolve(address);
    } catch (UnknownHostException e) {
      return new End.Unresolved();
    }
    try (var socket = new Socket()) {
      try {
        socket.connect(target, CONNECT_MS);
      } catch (IOException e) {
        return new End.Refused(String.valueOf(e.getMessage()));
      }
      return greet(socket);
    } catch (IOException e) {
      return new End.Silent(String.valueOf(e.getMessage()));
    }
  }

  /** ApiVersions, version 0: what every client asks first and every broker knows. */
  private static End greet(Socket socket) throws IOException {
    socket.setSoTimeout(ANSWER_MS);
    ByteBuffer request = ByteBuffer.allocate(14);
    request.putInt(10).putShort((short) 18).putShort((short) 0);
    request.putInt(CORRELATION_ID).putShort((short) -1);
    socket.getOutputStream().write(request.array());
    var in = new DataInputStream(socket.getInputStream());
    try {
      int size = in.readInt();
      return size >= 6 && size <= LARGEST_ANSWER_BYTES && in.readInt() == CORRELATION_ID
          ? new End.Kafka()
          : new End.NotKafka();
    } catch (SocketTimeoutException e) {
      return new End.Silent("no answer within " + ANSWER_MS + " ms");
    } catch (EOFException e) {
      return new End.NotKafka();
    }
  }

  /** What is wrong with an address that was given to start from. */
  static Optional<Finding> bootstrap(String address, End end) {
    return switch (end) {
      case End.Kafka _ -> Optional.empty();
      case End.Unresolved _ -> found(Code.BOOTSTRAP_UNRESOLVED, address, "");
      case End.Refused refused -> found(Code.BOOTSTRAP_REFUSED, address, refused.why());
      case End.Silent silent -> found(Code.METADATA_SILENT, address, silent.why());
      case End.NotKafka _ -> found(Code.BOOTSTRAP_NOT_KAFKA, address, "");
    };
  }

  private static Optional<Finding> found(Code code, String address, String why) {
    return Optional.of(Finding.of(code, Severity.HIGH, "address", address, "why", why));
  }

  /** What it means for the broker whose address it is. */
  static Reach reach(End end) {
    return switch (end) {
      case End.Kafka _ -> new Reach.Answers();
      case End.Unresolved _ -> new Reach.Unresolved();
      case End.Refused refused -> new Reach.Silent(refused.why());
      case End.Silent silent -> new Reach.Silent(silent.why());
      case End.NotKafka _ -> new Reach.Somebody("it does not speak the Kafka protocol");
    };
  }

  /** For people. */
  static String words(End end) {
    return switch (end) {
      case End.Kafka _ -> "answers";
      case End.Unresolved _ -> "the name is not known here";
      case End.Refused refused -> refused.why();
      case End.Silent silent -> silent.why();
      case End.NotKafka _ -> "does not speak the Kafka protocol";
    };
  }
}
