/**
 * Consumer groups and their committed offsets, as Apache Kafka's protocols have them: classic
 * groups here, those of KIP-848 in {@link io.dure.group.consumer}; {@link io.dure.group.Conversion}
 * turns one into the other, {@link io.dure.group.ClassicBridge} serves classic members in a group
 * of the new.
 *
 * <p>{@link io.dure.group.GroupShard} holds the groups of one partition of {@code
 * __consumer_offsets}. A {@link io.dure.group.GroupCommand} goes in; a {@link
 * io.dure.group.Decision} comes out: records to append to that partition, and answers that may go
 * to their askers once everything appended is committed. Replaying the records gives the state
 * back. The records are in Kafka's own format ({@link io.dure.group.RecordCodec}), so Kafka's tools
 * read them.
 *
 * <p>Two kinds of state: what a record tells (generation, members and assignments of a settled
 * group, offsets) changes only in {@code apply}; who is waiting and who was heard from lives in
 * memory only, and a new coordinator starts it afresh, as Kafka's does.
 *
 * <p>Offsets that a producer commits in a transaction wait in {@link io.dure.group.GroupOffsets}
 * until the log's marker says what becomes of them (decision 12).
 */
@NullMarked
package io.dure.group;

import org.jspecify.annotations.NullMarked;
