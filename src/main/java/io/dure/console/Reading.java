package io.dure.console;

import io.dure.base.Latencies;
import java.util.Map;

/**
 * All that a node had counted at one moment. Counters begin at 0 when the node starts.
 *
 * @param requests by kind of request, in the order in which they are to be shown
 * @param connections of clients, open now
 * @param replicas held now
 * @param records of producers, appended here as leader; {@code recordBytes} likewise
 * @param refused producers' batches that were not taken
 * @param readBytes found for consumers
 * @param commits from an append to its commit by a majority
 * @param flushesWaiting for a thread of the disk, now
 * @param tasksWaiting in the mailboxes of the loops, now
 * @param peerBytes waiting to be sent to other nodes, now
 */
public record Reading(
    Map<String, Latencies> requests,
    long inBytes,
    long outBytes,
    int connections,
    int replicas,
    long records,
    long recordBytes,
    long refused,
    long readBytes,
    Latencies commits,
    Latencies flushes,
    int flushesWaiting,
    int tasksWaiting,
    long peerBytes) {}
