package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.SendBuilder;
import org.apache.kafka.common.requests.ResponseHeader;

/** Takes one answer, and checks that it can be written in the version asked for. */
final class FakeReply<R extends ApiMessage> implements Reply<R> {
  private final ApiKeys api;
  private final short version;
  private Optional<R> answer = Optional.empty();
  private Optional<String> hungUp = Optional.empty();
  private boolean silent;

  FakeReply(ApiKeys api, int version) {
    this.api = api;
    this.version = (short) version;
  }

  @Override
  public void send(R response) {
    assertOpen();
    answer = Optional.of(response);
    var header = new ResponseHeader(1, api.responseHeaderVersion(version));
    SendBuilder.buildResponseSend(header, response, version);
  }

  @Override
  public void silence() {
    assertOpen();
    silent = true;
  }

  @Override
  public void hangUp(String reason) {
    assertOpen();
    hungUp = Optional.of(reason);
  }

  private void assertOpen() {
    assertThat(answer.isPresent() || silent || hungUp.isPresent()).as("answered twice").isFalse();
  }

  R get() {
    assertThat(answer).as("no answer yet").isPresent();
    return answer.get();
  }

  boolean isOpen() {
    return answer.isEmpty() && !silent && hungUp.isEmpty();
  }

  boolean isSilent() {
    return silent;
  }

  Optional<String> hungUp() {
    return hungUp;
  }
}
