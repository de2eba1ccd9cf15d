package io.dure.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A whole image as bytes, self-checking: {@code "DURE"}, a version byte, the length of the body,
 * the body, and the CRC-32C of all before it. The body is the end offset, the number of records,
 * and the records of {@link ClusterImage#toRecords}.
 */
public final class ImageSnapshot {
  private static final int MAGIC = 0x44555245;
  private static final byte VERSION = 0;
  private static final int HEAD_BYTES = 4 + 1 + 4;
  private static final int CRC_BYTES = 4;

  private ImageSnapshot() {}

  public static byte[] write(ClusterImage image) {
    List<MetadataRecord> records = image.toRecords();
    Bytes.Writer body = new Bytes.Writer().number(image.endOffset()).number(records.size());
    records.forEach(record -> body.bytes(MetadataCodec.encode(record)));
    byte[] bodyBytes = body.finish();
    ByteBuffer all = ByteBuffer.allocate(HEAD_BYTES + bodyBytes.length + CRC_BYTES);
    all.putInt(MAGIC).put(VERSION).putInt(bodyBytes.length).put(bodyBytes);
    return all.putInt(crc(all.array(), all.position())).array();
  }

  /**
   * Throws {@link MetadataFormatException} for anything that {@link #write} of this version did not
   * make.
   */
  public static ClusterImage read(byte[] snapshot) {
    ByteBuffer all = ByteBuffer.wrap(snapshot);
    if (snapshot.length < HEAD_BYTES + CRC_BYTES || all.getInt() != MAGIC) {
      throw new MetadataFormatException("not a metadata snapshot");
    }
    byte version = all.get();
    if (version != VERSION) {
      throw new MetadataFormatException(
          "metadata snapshot of version "
              + version
              + " is unknown here; this node runs an older version of the program than wrote it");
    }
    int length = all.getInt();
    int crcAt = snapshot.length - CRC_BYTES;
    if (length != crcAt - HEAD_BYTES || all.getInt(crcAt) != crc(snapshot, crcAt)) {
      throw new MetadataFormatException(
          "the metadata snapshot is damaged: its checksum does not fit");
    }
    Bytes.Reader in = new Bytes.Reader(all.slice(HEAD_BYTES, length));
    long endOffset = in.number();
    int count = in.count();
    List<MetadataRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      records.add(MetadataCodec.decode(ByteBuffer.wrap(in.bytes())));
    }
    in.finish();
    return ClusterImage.EMPTY.apply(records, endOffset);
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
