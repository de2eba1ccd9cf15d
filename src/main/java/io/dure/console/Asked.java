package io.dure.console;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A node's answer to a question that all were asked. */
record Asked(NodeId node, String answer) {
  /**
   * Asks all live nodes at a time; those that do not answer in time, or with nothing, are left out.
   */
  static List<Asked> all(Vantage vantage, String question) {
    var answers = new ArrayList<Asked>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Future<Optional<Asked>>>();
      for (BrokerImage broker : vantage.image().brokers()) {
        if (broker.live()) {
          Callable<Optional<Asked>> task =
              () ->
                  vantage
                      .ask(broker.node(), question)
                      .filter(answer -> !answer.isEmpty())
                      .map(answer -> new Asked(broker.node(), answer));
          tasks.add(threads.submit(task));
        }
      }
      for (Future<Optional<Asked>> task : tasks) {
        task.get().ifPresent(answers::add);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("asking the nodes failed", e.getCause());
    }
    return answers;
  }
}
