/**
 * Consumer groups of the new protocol (KIP-848): the coordinator assigns, members report what they
 * own and are told what to give up before anybody else gets it.
 *
 * <p>{@link io.dure.group.consumer.ConsumerGroup} is the durable state and changes only by {@link
 * io.dure.group.consumer.ConsumerRecord}s. A {@link io.dure.group.consumer.Beat} goes to {@link
 * io.dure.group.consumer.Heartbeats}, which brings the group's epoch, its target assignment ({@link
 * io.dure.group.consumer.Targets}) and the member's holding ({@link
 * io.dure.group.consumer.Reconciliation}) up to date. Three epochs follow one another: the group's
 * (something changed), the target's (it was dealt out anew), the member's (it holds nothing any
 * more that the target of that epoch does not give it).
 *
 * <p>The one rule of safety: a partition is handed to a member only when no other member holds it,
 * and a member holds what it was handed until it has reported that it does not own it any more, has
 * left, or is fenced.
 */
@NullMarked
package io.dure.group.consumer;

import org.jspecify.annotations.NullMarked;
