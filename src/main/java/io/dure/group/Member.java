package io.dure.group;

import io.dure.wire.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A member of a group, with what it waits for. Confined to its shard. */
final class Member {
  /** What a member's connection waits for with an unanswered request. */
  sealed interface Waiting {
    record Nothing() implements Waiting {}

    record ForJoin(long ticket) implements Waiting {}

    record ForSync(long ticket) implements Waiting {}
  }

  private static final Waiting NOTHING = new Waiting.Nothing();

  private final String id;
  private final Optional<String> instanceId;
  private final String clientId;
  private final String clientHost;
  private int rebalanceTimeoutMs;
  private int sessionTimeoutMs;
  private List<Protocol> protocols;
  private Blob assignment = Blob.EMPTY;
  private Waiting waiting = NOTHING;
  private boolean brandNew;
  private long deadlineMs;

  private Member(
      String id,
      Optional<String> instanceId,
      String clientId,
      String clientHost,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      List<Protocol> protocols) {
    this.id = id;
    this.instanceId = instanceId;
    this.clientId = clientId;
    this.clientHost = clientHost;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.protocols = List.copyOf(protocols);
  }

  static Member joining(String id, GroupCommand.Join join) {
    var member =
        new Member(
            id,
            join.member().instanceId(),
            join.clientId(),
            join.clientHost(),
            join.rebalanceTimeoutMs(),
            join.sessionTimeoutMs(),
            join.protocols());
    member.brandNew = true;
    return member;
  }

  /** A member of a settled group; of its protocols only the chosen one was recorded. */
  static Member restored(GroupRecord.StoredMember stored, Optional<String> protocol) {
    var member =
        new Member(
            stored.memberId(),
            stored.instanceId(),
            stored.clientId(),
            stored.clientHost(),
            stored.rebalanceTimeoutMs(),
            stored.sessionTimeoutMs(),
            List.of(new Protocol(protocol.orElse(""), stored.subscription())));
    member.assignment = stored.assignment();
    return member;
  }

  /** The process that takes over this static member's place, under its own member id. */
  Member replacedBy(String newId, GroupCommand.Join join) {
    Member member = joining(newId, join);
    member.brandNew = false;
    member.assignment = assignment;
    return member;
  }

  List<Protocol> protocols() {
    return protocols;
  }

  void takeTerms(GroupCommand.Join join) {
    protocols = join.protocols();
    rebalanceTimeoutMs = join.rebalanceTimeoutMs();
    sessionTimeoutMs = join.sessionTimeoutMs();
  }

  void waitFor(Waiting what) {
    waiting = what;
  }

  void waitNoMore() {
    waiting = NOTHING;
  }

  void settle() {
    brandNew = false;
  }

  void assign(Blob newAssignment) {
    assignment = newAssignment;
  }

  void expectBy(long newDeadlineMs) {
    deadlineMs = newDeadlineMs;
  }

  /**
   * A member that waits for us is not expected to speak; a brand-new one may not wait for ever
   * either.
   */
  boolean isOverdue(long nowMs) {
    return canBeOverdue() && nowMs >= deadlineMs;
  }

  boolean canBeOverdue() {
    return brandNew || waiting instanceof Waiting.Nothing;
  }

  boolean waitsForJoin() {
    return waiting instanceof Waiting.ForJoin;
  }

  boolean isStatic() {
    return instanceId.isPresent();
  }

  boolean offers(List<Protocol> others) {
    return protocols.equals(others);
  }

  /** Its first protocol among the candidates. */
  Optional<String> vote(Set<String> candidates) {
    return protocols.stream().map(Protocol::name).filter(candidates::contains).findFirst();
  }

  boolean supports(String protocol) {
    return protocols.stream().anyMatch(p -> p.name().equals(protocol));
  }

  Blob metadataFor(String protocol) {
    return protocols.stream()
        .filter(p -> p.name().equals(protocol))
        .findFirst()
        .map(Protocol::metadata)
        .orElse(Blob.EMPTY);
  }

  GroupRecord.StoredMember toStored(String protocol, Blob newAssignment) {
    return new GroupRecord.StoredMember(
        id,
        instanceId,
        clientId,
        clientHost,
        rebalanceTimeoutMs,
        sessionTimeoutMs,
        metadataFor(protocol),
        newAssignment);
  }

  List<String> protocolNames() {
    var names = new ArrayList<String>();
    protocols.forEach(p -> names.add(p.name()));
    return names;
  }

  String id() {
    return id;
  }

  Optional<String> instanceId() {
    return instanceId;
  }

  String clientId() {
    return clientId;
  }

  String clientHost() {
    return clientHost;
  }

  int rebalanceTimeoutMs() {
    return rebalanceTimeoutMs;
  }

  int sessionTimeoutMs() {
    return sessionTimeoutMs;
  }

  Blob assignment() {
    return assignment;
  }

  Waiting waiting() {
    return waiting;
  }

  long deadlineMs() {
    return deadlineMs;
  }
}
