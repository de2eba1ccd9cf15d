package io.dure.broker;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.dure.txn.TransactionState;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;

/**
 * ListTransactions (API key 66): the transactional ids whose coordinator is on this node, those
 * that pass every filter.
 */
public final class ListTransactionsHandler
    implements Handler<ListTransactionsRequestData, ListTransactionsResponseData> {
  private final TxnShards transactions;
  private final Cluster cluster;

  ListTransactionsHandler(TxnShards transactions, Cluster cluster) {
    this.transactions = transactions;
    this.cluster = cluster;
  }

  @Override
  public void handle(
      ListTransactionsRequestData request,
      RequestContext context,
      Reply<ListTransactionsResponseData> reply) {
    var response =
        new ListTransactionsResponseData()
            .setUnknownStateFilters(
                request.stateFilters().stream()
                    .filter(name -> !TransactionState.isName(name))
                    .toList());
    Optional<Predicate<TxnAnswer.Entry>> wanted = filter(request);
    boolean noneMatches =
        !request.stateFilters().isEmpty()
            && response.unknownStateFilters().size() == request.stateFilters().size();
    if (wanted.isEmpty() || noneMatches) {
      WireError error = wanted.isEmpty() ? WireError.INVALID_REGULAR_EXPRESSION : WireError.NONE;
      reply.send(response.setErrorCode(error.code()));
      return;
    }
    List<ListTransactionsResponseData.TransactionState> found = new ArrayList<>();
    var pending = new Pending(() -> reply.send(response.setTransactionStates(found)));
    for (int partition : transactions.here()) {
      pending.open();
      transactions.ask(
          partition,
          new TxnCommand.ListAll(),
          context.loop(),
          asked -> {
            switch (asked) {
              case Asked.Answered<TxnAnswer>(TxnAnswer.Listed(var entries)) ->
                  entries.stream().filter(wanted.get()).forEach(e -> found.add(wire(e)));
              case Asked.Answered<TxnAnswer> _ ->
                  response.setErrorCode(WireError.UNKNOWN_SERVER_ERROR.code());
              case Asked.Unavailable<TxnAnswer>(WireError error) -> {
                // Who is coordinator no more has nothing to list; its successor has.
                if (error != WireError.NOT_COORDINATOR) {
                  response.setErrorCode(error.code());
                }
              }
            }
            pending.close();
          });
    }
    pending.close();
  }

  /** Empty if the pattern is none. */
  private Optional<Predicate<TxnAnswer.Entry>> filter(ListTransactionsRequestData request) {
    Set<String> states = new HashSet<>(request.stateFilters());
    Set<Long> producers = new HashSet<>(request.producerIdFilters());
    long nowMs = cluster.wallMs();
    Predicate<TxnAnswer.Entry> wanted =
        each ->
            (states.isEmpty() || states.contains(each.transaction().state().text()))
                && (producers.isEmpty() || producers.contains(each.transaction().producerId()))
                && (request.durationFilter() < 0
                    || nowMs - each.transaction().startMs() > request.durationFilter());
    String pattern = request.transactionalIdPattern();
    if (pattern == null || pattern.isEmpty()) {
      return Optional.of(wanted);
    }
    try {
      Pattern compiled = Pattern.compile(pattern);
      return Optional.of(wanted.and(each -> compiled.matches(each.transactionalId())));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  private static ListTransactionsResponseData.TransactionState wire(TxnAnswer.Entry entry) {
    return new ListTransactionsResponseData.TransactionState()
        .setTransactionalId(entry.transactionalId())
        .setProducerId(entry.transaction().producerId())
        .setTransactionState(entry.transaction().state().text());
  }
}
