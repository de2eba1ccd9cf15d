package io.dure.quorum;

/** What voters of the metadata log say to each other to elect its leader. */
public sealed interface QuorumMessage {
  int epoch();

  /**
   * A candidate asks for a vote. With {@code preVote} it only asks whether it would win and nothing
   * is remembered (Ongaro's thesis, 9.6). The larger (joinedEpoch, end) wins, as in a partition's
   * appointment.
   */
  record AskVote(int epoch, boolean preVote, int joinedEpoch, long end) implements QuorumMessage {}

  record Vote(int epoch, boolean preVote, boolean granted) implements QuorumMessage {}
}
