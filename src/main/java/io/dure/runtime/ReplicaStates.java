package io.dure.runtime;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.quorum.QuorumState;
import io.dure.replication.ReplicaState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * What all replicas of this node keep durably beside their logs, and the node's share in the
 * metadata quorum likewise, in one append-only file: with thousands of partitions changing epoch
 * together, one flush serves them all.
 *
 * <p>The file is a run of entries of {@value #ENTRY_BYTES} bytes, each with its CRC; the last one
 * of a partition counts, and the first one that is not whole ends the file. It is rewritten without
 * the outdated entries when these prevail, and at every start, so that nothing from behind a torn
 * end can ever come back.
 *
 * <p>Callable from all loops. The file belongs to the work that is under way in the {@link
 * FlushQueue}, of which there is at most one.
 */
final class ReplicaStates {
  private static final String FILE = "replica-states";
  private static final String NEXT_FILE = "replica-states.next";
  static final int ENTRY_BYTES = 36;
  private static final int CHECKED_BYTES = ENTRY_BYTES - 4;
  private static final int NOBODY = -1;
  private static final int FORGOTTEN = -2;

  /** The file is filled ahead with zeros by this much, which makes flushes about twice as cheap. */
  private static final int FILL_BYTES = 64 << 10;

  private static final int SPARE_ENTRIES = 4096;

  /**
   * One entry; {@code votedFor} is a node, {@link #NOBODY}, or {@link #FORGOTTEN} for a partition
   * that is no more.
   */
  private record Entry(PartitionId partition, int epoch, int joinedEpoch, int votedFor) {}

  private record Change(Entry entry, Executor owner, Runnable done) {}

  private final Disk disk;
  private final FlushQueue flushes;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock. Bounded: a replica persists one state at a time.
  private final Map<PartitionId, Entry> live = new HashMap<>();
  private List<Change> waiting = new ArrayList<>();
  private boolean underWay;
  private boolean closed;

  // Of the work under way.
  private DiskFile file;
  private long end;
  private long filledTo;
  private List<Change> written = List.of();

  private ReplicaStates(Disk disk, FlushQueue flushes) {
    this.disk = disk;
    this.flushes = flushes;
    disk.delete(NEXT_FILE);
    if (disk.exists(FILE)) {
      try (DiskFile old = disk.open(FILE)) {
        readAll(old);
      }
    }
    this.file = rewrite();
  }

  static ReplicaStates open(Disk disk, FlushQueue flushes) {
    return new ReplicaStates(disk, flushes);
  }

  ReplicaState of(PartitionId partition) {
    lock.lock();
    try {
      Entry entry = live.get(partition);
      return entry == null
          ? ReplicaState.INITIAL
          : new ReplicaState(entry.epoch(), entry.joinedEpoch());
    } finally {
      lock.unlock();
    }
  }

  QuorumState quorum() {
    lock.lock();
    try {
      Entry entry = live.get(PartitionId.METADATA);
      return entry == null
          ? QuorumState.INITIAL
          : new QuorumState(
              entry.epoch(),
              entry.joinedEpoch(),
              entry.votedFor() < 0 ? Optional.empty() : Optional.of(new NodeId(entry.votedFor())));
    } finally {
      lock.unlock();
    }
  }

  /** Makes the state durable, then runs {@code done} through {@code owner}. */
  void persist(PartitionId partition, ReplicaState state, Executor owner, Runnable done) {
    add(new Change(new Entry(partition, state.epoch(), state.joinedEpoch(), NOBODY), owner, done));
  }

  void persist(QuorumState state, Executor owner, Runnable done) {
    int votedFor = state.votedFor().map(NodeId::value).orElse(NOBODY);
    Entry entry = new Entry(PartitionId.METADATA, state.epoch(), state.joinedEpoch(), votedFor);
    add(new Change(entry, owner, done));
  }

  /**
   * The partition is no more, or none of this node's: makes that durable, then runs {@code done}.
   */
  void forget(PartitionId partition, Executor owner, Runnable done) {
    add(new Change(new Entry(partition, -1, -1, FORGOTTEN), owner, done));
  }

  private void add(Change change) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      put(change.entry());
      waiting.add(change);
      if (underWay) {
        return;
      }
      underWay = true;
    } finally {
      lock.unlock();
    }
    flushes.submit(this::write, Runnable::run, this::written);
  }

  private void put(Entry entry) {
    if (entry.votedFor() == FORGOTTEN) {
      live.remove(entry.partition());
    } else {
      live.put(entry.partition(), entry);
    }
  }

  /** Runs where it may block. */
  private void write() {
    boolean outdated;
    lock.lock();
    try {
      written = waiting;
      waiting = new ArrayList<>();
      long entries = end / ENTRY_BYTES + written.size();
      outdated = entries > 4L * live.size() + SPARE_ENTRIES;
    } finally {
      lock.unlock();
    }
    if (outdated) {
      DiskFile old = file;
      file = rewrite();
      old.close();
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(written.size() * ENTRY_BYTES);
    for (Change change : written) {
      encode(change.entry(), bytes);
    }
    bytes.flip();
    fillTo(end + bytes.remaining());
    file.write(end, bytes);
    end += (long) written.size() * ENTRY_BYTES;
    file.flush();
  }

  private void written() {
    List<Change> durable = written;
    written = List.of();
    boolean more;
    boolean last;
    lock.lock();
    try {
      more = !waiting.isEmpty() && !closed;
      underWay = more;
      last = closed;
    } finally {
      lock.unlock();
    }
    if (last) {
      file.close();
      return;
    }
    if (more) {
      flushes.submit(this::write, Runnable::run, this::written);
    }
    for (Change change : durable) {
      change.owner().execute(change.done());
    }
  }

  /** Writes all that counts to a new file, which takes the old one's place in one step. */
  private DiskFile rewrite() {
    List<Entry> entries;
    lock.lock();
    try {
      entries = List.copyOf(live.values());
    } finally {
      lock.unlock();
    }
    ByteBuffer bytes = ByteBuffer.allocate(entries.size() * ENTRY_BYTES);
    entries.forEach(entry -> encode(entry, bytes));
    bytes.flip();
    disk.delete(NEXT_FILE);
    try (DiskFile next = disk.open(NEXT_FILE)) {
      next.write(0, bytes);
      next.flush();
    }
    disk.rename(NEXT_FILE, FILE);
    disk.flushFolder("");
    DiskFile opened = disk.open(FILE);
    end = (long) entries.size() * ENTRY_BYTES;
    filledTo = end;
    return opened;
  }

  private void fillTo(long needed) {
    if (needed > filledTo) {
      long upTo = needed + FILL_BYTES;
      file.write(filledTo, ByteBuffer.allocate((int) (upTo - filledTo)));
      filledTo = upTo;
    }
  }

  private void readAll(DiskFile old) {
    ByteBuffer bytes = ByteBuffer.allocate((int) old.size());
    old.read(0, bytes);
    bytes.flip();
    while (bytes.remaining() >= ENTRY_BYTES && isWhole(bytes)) {
      long high = bytes.getLong();
      PartitionId partition =
          new PartitionId(new TopicId(new UUID(high, bytes.getLong())), bytes.getInt());
      put(new Entry(partition, bytes.getInt(), bytes.getInt(), bytes.getInt()));
      bytes.getInt();
    }
  }

  private static boolean isWhole(ByteBuffer bytes) {
    return bytes.getInt(bytes.position() + CHECKED_BYTES) == crc(bytes, bytes.position());
  }

  private static void encode(Entry entry, ByteBuffer into) {
    int start = into.position();
    UUID topic = entry.partition().topic().value();
    into.putLong(topic.getMostSignificantBits()).putLong(topic.getLeastSignificantBits());
    into.putInt(entry.partition().index()).putInt(entry.epoch()).putInt(entry.joinedEpoch());
    into.putInt(entry.votedFor());
    into.putInt(crc(into, start));
  }

  private static int crc(ByteBuffer bytes, int start) {
    var crc = new CRC32C();
    crc.update(bytes.slice(start, CHECKED_BYTES));
    return (int) crc.getValue();
  }

  /** Takes up nothing more; the file is closed once nothing is under way. */
  void close() {
    boolean now;
    lock.lock();
    try {
      closed = true;
      now = !underWay;
    } finally {
      lock.unlock();
    }
    if (now) {
      file.close();
    }
  }
}
