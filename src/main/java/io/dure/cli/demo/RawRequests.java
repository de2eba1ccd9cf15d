package io.dure.cli.demo;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Two requests written out by hand, because no client can be talked into them: a Produce and a
 * Fetch to a broker that may not be the leader. Produce version 3 and Fetch version 4, the oldest
 * that brokers serve.
 */
final class RawRequests {
  static final int NOT_LEADER = 6;

  /** The value of every record sent from here; readers of the demonstration pass over it. */
  static final String PROBE = "probe";

  private static final short PRODUCE = 0;
  private static final short FETCH = 1;
  private static final int TIMEOUT_MS = 10_000;
  private static final int BATCH_HEADER_BYTES = 61;
  private static final int CRC_FROM = 21;

  private RawRequests() {}

  /** Sends one record; returns the partition's error code. */
  static short produce(int port, String topic, int partition, short acks) throws IOException {
    byte[] batch = probeBatch();
    var body = new ByteArrayOutputStream();
    var out = header(body, PRODUCE, (short) 3);
    out.writeShort(-1); // no transactional id
    out.writeShort(acks);
    out.writeInt(1_500);
    oneTopic(out, topic, partition);
    out.writeInt(batch.length);
    out.write(batch);
    DataInputStream in = exchange(port, body.toByteArray());
    in.readInt(); // topics
    in.readUTF();
    in.readInt(); // partitions
    in.readInt();
    return in.readShort();
  }

  /**
   * Asks for the partition's first records as a consumer would; returns the partition's error code.
   */
  static short fetch(int port, String topic, int partition) throws IOException {
    var body = new ByteArrayOutputStream();
    var out = header(body, FETCH, (short) 4);
    out.writeInt(-1); // a consumer, not a replica
    out.writeInt(100);
    out.writeInt(1);
    out.writeInt(1 << 20);
    out.writeByte(0);
    oneTopic(out, topic, partition);
    out.writeLong(0);
    out.writeInt(1 << 20);
    DataInputStream in = exchange(port, body.toByteArray());
    in.readInt(); // throttle time
    in.readInt(); // topics
    in.readUTF();
    in.readInt(); // partitions
    in.readInt();
    return in.readShort();
  }

  private static DataOutputStream header(ByteArrayOutputStream body, short api, short version)
      throws IOException {
    var out = new DataOutputStream(body);
    out.writeShort(api);
    out.writeShort(version);
    out.writeInt(1); // correlation
    out.writeUTF("dure-demo-raw");
    return out;
  }

  private static void oneTopic(DataOutputStream out, String topic, int partition)
      throws IOException {
    out.writeInt(1);
    out.writeUTF(topic);
    out.writeInt(1);
    out.writeInt(partition);
  }

  private static DataInputStream exchange(int port, byte[] request) throws IOException {
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(TIMEOUT_MS);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(request.length);
      out.write(request);
      out.flush();
      var in = new DataInputStream(socket.getInputStream());
      byte[] response = in.readNBytes(in.readInt());
      var body = new DataInputStream(new java.io.ByteArrayInputStream(response));
      body.readInt(); // correlation
      return body;
    }
  }

  /** A record batch of format 2 with one record. */
  private static byte[] probeBatch() {
    byte[] value = PROBE.getBytes(StandardCharsets.US_ASCII);
    int recordBytes = 6 + value.length;
    var batch = ByteBuffer.allocate(BATCH_HEADER_BYTES + 1 + recordBytes);
    long nowMs = System.currentTimeMillis();
    batch.putLong(0).putInt(batch.capacity() - 12).putInt(-1).put((byte) 2).putInt(0);
    batch.putShort((short) 0).putInt(0).putLong(nowMs).putLong(nowMs);
    batch.putLong(-1).putShort((short) -1).putInt(-1).putInt(1);
    // Lengths are zigzag varints: small ones take one byte, twice the number; -1 is 1.
    batch.put((byte) (recordBytes << 1)).put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 1);
    batch.put((byte) (value.length << 1)).put(value).put((byte) 0);
    var crc = new CRC32C();
    crc.update(batch.array(), CRC_FROM, batch.capacity() - CRC_FROM);
    batch.putInt(CRC_FROM - 4, (int) crc.getValue());
    return batch.array();
  }
}
