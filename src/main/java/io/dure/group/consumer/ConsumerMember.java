package io.dure.group.consumer;

import java.util.Optional;

/** One member: what it told and what it holds. */
public record ConsumerMember(String id, MemberTerms terms, Holding holding) {
  public boolean isClassic() {
    return terms.classic().isPresent();
  }

  Optional<String> instanceId() {
    return terms.instanceId();
  }

  public int epoch() {
    return holding.epoch();
  }

  ConsumerMember with(MemberTerms newTerms) {
    return new ConsumerMember(id, newTerms, holding);
  }

  ConsumerMember with(Holding newHolding) {
    return new ConsumerMember(id, terms, newHolding);
  }
}
