package io.dure.exchanges;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Questions that belong together and are kept in one file. Asked of one broker in this order. */
public enum Family {
  CLUSTER(ClusterExchanges::ask),
  CONFIGS(ConfigExchanges::ask),
  TOPICS(TopicExchanges::ask),
  OFFSETS(OffsetExchanges::ask),
  PRODUCE(ProduceExchanges::ask),
  FETCH(FetchExchanges::ask),
  GROUP_OFFSETS(GroupOffsetExchanges::ask),
  GROUPS(GroupExchanges::ask),
  TXN_OFFSETS(TxnOffsetExchanges::ask),
  TRANSACTIONS(TransactionExchanges::ask);

  static final Path FOLDER = Path.of("src", "test", "resources", "exchanges");

  private interface Asking {
    void ask(Exchange exchange) throws Exception;
  }

  private final Asking asking;

  Family(Asking asking) {
    this.asking = asking;
  }

  Path file() {
    return FOLDER.resolve(name().toLowerCase(Locale.ROOT).replace('_', '-') + ".txt");
  }

  /** What the broker at this port of this machine answers. */
  Map<Question, String> ask(int port) throws Exception {
    try (var exchange = new Exchange(port)) {
      asking.ask(exchange);
      return exchange.answers();
    }
  }

  /** What Apache Kafka answered. */
  Recording recorded() throws IOException {
    return Recording.read(file());
  }
}
