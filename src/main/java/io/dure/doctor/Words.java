package io.dure.doctor;

import io.dure.doctor.Finding.Code;
import java.util.Map;

/** What a finding says, and what to do about it, in each language that people read it in. */
public enum Words {
  ENGLISH,
  KOREAN;

  private record Text(String what, String remedy) {}

  public String what(Finding finding) {
    return filled(text(finding.code()).what(), finding.facts());
  }

  public String remedy(Finding finding) {
    return filled(text(finding.code()).remedy(), finding.facts());
  }

  /** When there are no findings. */
  public String nothing() {
    return this == KOREAN ? "문제가 없습니다." : "Nothing is wrong.";
  }

  /** How soon something should be done. */
  public String urgency(Finding.Severity severity) {
    return switch (severity) {
      case HIGH -> this == KOREAN ? "지금" : "now ";
      case MEDIUM -> this == KOREAN ? "곧  " : "soon";
      case LOW -> this == KOREAN ? "참고" : "note";
    };
  }

  private static String filled(String template, Map<String, String> facts) {
    String text = template;
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      text = text.replace("{" + fact.getKey() + "}", fact.getValue());
    }
    return text;
  }

  private Text text(Code code) {
    return switch (this) {
      case ENGLISH -> english(code);
      case KOREAN -> korean(code);
    };
  }

  private static Text english(Code code) {
    return switch (code) {
      case BOOTSTRAP_UNRESOLVED ->
          new Text(
              "The name in {address} is not known on this machine.",
              "Correct the name after -b, or add it to DNS or /etc/hosts here.");
      case BOOTSTRAP_REFUSED ->
          new Text(
              "Nobody answers at {address}: {why}.",
              "Start a broker there (./dure start, ./dure up), correct the port after -b, or open it in the firewall between.");
      case BOOTSTRAP_NOT_KAFKA ->
          new Text(
              "Something listens at {address}, but it does not speak the Kafka protocol.",
              "Another program has that port: look which one, and take the broker's port (the console's, 9080, is not it).");
      case METADATA_SILENT ->
          new Text(
              "{address} takes connections but does not tell about the cluster: {why}.",
              "The broker may still be starting, frozen, or without a majority; its log says what it waits for.");
      case NO_CONTROLLER ->
          new Text(
              "No controller: nobody leads the metadata log, so nothing can be created, changed or moved.",
              "{majority} of the brokers {voters} have to run and reach each other. Start those that are down; their logs say whom they miss.");
      case BROKER_AWAY ->
          new Text(
              "Broker {broker} ({address}) is away.",
              "Start it again with its data folder: it catches up by itself. If it never comes back, ./dure broker decommission {broker} gives its copies to others.");
      case PARTITION_OFFLINE ->
          new Text(
              "{count} partitions have no leader: {partitions}.",
              "A leader needs a majority of a partition's copies. Start the brokers that hold the others: {brokers}.");
      case WRITES_REFUSED ->
          new Text(
              "{count} partitions refuse writes, too few of their copies are up: {partitions}.",
              "Start the brokers {brokers}. What is committed can be read meanwhile.");
      case ADDRESS_UNRESOLVED ->
          new Text(
              "Broker {broker} tells clients to come to {address}, a name that is not known here.",
              "Start it with --advertise and a name or address that its clients know, or add the name to their DNS.");
      case ADDRESS_SILENT ->
          new Text(
              "Broker {broker} tells clients to come to {address}, and nobody answers there: {why}.",
              "If it runs: start it with --advertise HOST:PORT, the address under which clients reach it, or open that port in the firewall between. If it does not, start it.");
      case ADDRESS_LOOPBACK ->
          new Text(
              "Broker {broker} tells clients to come to {address}, which is each client's own machine: {why}.",
              "Start it with --listen on a network address, or with --advertise HOST:PORT as its clients reach it.");
      case ADDRESS_OF_ANOTHER ->
          new Text(
              "Broker {broker} tells clients to come to {address}, but there somebody else answers: {who}.",
              "Two --advertise are the same, or a proxy or port mapping leads to the wrong broker: each needs an address of its own.");
      case ADDRESS_TWICE ->
          new Text(
              "Brokers {brokers} tell clients the same address, {address}.",
              "Give each its own --advertise; behind one host name they need different ports.");
      case PROBE_FAILED ->
          new Text(
              "A record could not be written to {topic} and read again: {why}.",
              "Look at the findings above first; without any, the broker's log at that moment tells more.");
      case REPLICA_FAILED ->
          new Text(
              "The disk of broker {broker} failed under {count} of its copies, which are out of use: {folders}.",
              "The other copies lead and serve. Look at the disk (dmesg, smartctl). Restart the broker when it is sound again: it checks its copies and fetches what they lack. If the disk has to go: ./dure broker decommission {broker}.");
      case DISK_LOW ->
          new Text(
              "Broker {broker} takes no records, or soon will not: its disk has {mib} MiB left ({folder}).",
              "Producers wait and try again; reads go on, and nothing acknowledged is at risk. Make room (shorter retention.ms or retention.bytes, DeleteRecords, delete topics) or add disk: it goes on by itself. ./dure broker drain {broker} has others lead meanwhile. How much is kept free is disk.reserve.bytes.");
      case DISK_FULL ->
          new Text(
              "The disk of broker {broker} is {percent} % full ({folder}).",
              "Give it room: shorten retention.ms or retention.bytes of the largest topics, delete what nobody needs, or add disk. The console shows the size of each topic's partitions.");
      case MAJORITY_AT_RISK ->
          new Text(
              "One more failure and there is no controller: brokers {brokers} of the metadata quorum are away.",
              "Bring them back, one is enough for a start.");
      case UNDER_REPLICATED ->
          new Text(
              "{count} partitions have a copy that is not in step: {partitions}.",
              "Missing are copies on brokers {brokers}. Nothing is lost while a majority is there. If they run, look at their disks and the network to them.");
      case SLOW_FOLLOWER ->
          new Text(
              "Broker {broker} runs but does not keep up: {behind} of its {copies} copies are behind.",
              "Its disk or the network to it is slow; look at dure_flush_seconds there. It holds up no write; ./dure broker drain {broker} takes load off it.");
      case SLOW_DISK ->
          new Text(
              "The disk of broker {broker} is slow: one in a hundred flushes takes {ms} ms or more.",
              "Look what else uses that disk. Writes go on by the majority that is faster, unless most disks are slow.");
      case CLOCK_SKEW ->
          new Text(
              "The clock of broker {broker} is {seconds} s ahead of this one's (negative: behind).",
              "Let all machines follow a time server (chrony, systemd-timesyncd). Retention, searching by time and lag in seconds go by these clocks; no data is at risk.");
      case VOTER_BEHIND ->
          new Text(
              "Broker {broker} is {records} metadata records behind.",
              "It cannot take over as controller until it has caught up; look at its disk and network.");
      case ONE_VOTER ->
          new Text(
              "Only broker {voters} keeps the metadata, though there are others.",
              "Who votes is who founded the cluster. It works, but while broker {voters} is away nothing can be created, changed or moved; a cluster that is to outlive it is founded with --cluster A,B,C.");
      case LEADERS_UNEVEN ->
          new Text(
              "{count} partitions are not led by their first choice.",
              "Leaders go home by themselves within seconds after a restart; if this stays, kafka-leader-election.sh or ./dure broker balance does it.");
      case BROKER_EMPTY ->
          new Text(
              "Broker {broker} holds nothing.",
              "A new broker is filled by itself; ./dure broker balance --dry-run tells what is planned.");
      case SINGLE_COPY ->
          new Text(
              "{count} topics have a single copy: {topics}. If its broker goes, so do they.",
              "Raise their replicas to 3 with kafka-reassign-partitions.sh, or create them anew with the default.");
    };
  }

  private static Text korean(Code code) {
    return switch (code) {
      case BOOTSTRAP_UNRESOLVED ->
          new Text("{address}의 이름을 이 컴퓨터에서 찾을 수 없습니다.", "-b 뒤의 이름을 바로잡거나 DNS나 /etc/hosts에 더해 주세요.");
      case BOOTSTRAP_REFUSED ->
          new Text(
              "{address}에서 아무도 응답하지 않습니다: {why}.",
              "그곳에서 브로커를 시작하거나(./dure start, ./dure up), -b 뒤의 포트를 바로잡거나, 사이의 방화벽을 열어 주세요.");
      case BOOTSTRAP_NOT_KAFKA ->
          new Text(
              "{address}에서 무언가 듣고 있지만 Kafka 프로토콜이 아닙니다.",
              "다른 프로그램이 그 포트를 쓰고 있습니다. 브로커의 포트를 적어 주세요(콘솔 포트 9080이 아닙니다).");
      case METADATA_SILENT ->
          new Text(
              "{address}에 연결되지만 클러스터를 알려 주지 않습니다: {why}.",
              "아직 시작하는 중이거나, 멈췄거나, 과반수가 없을 수 있습니다. 무엇을 기다리는지 브로커의 로그에 있습니다.");
      case NO_CONTROLLER ->
          new Text(
              "컨트롤러가 없습니다. 메타데이터 로그의 리더가 없어 아무것도 만들거나 바꾸거나 옮길 수 없습니다.",
              "브로커 {voters} 가운데 {majority}개가 서로 연결되어야 합니다. 꺼진 것을 시작해 주세요. 누구를 기다리는지 로그에 있습니다.");
      case BROKER_AWAY ->
          new Text(
              "브로커 {broker}({address})의 소식이 끊겼습니다.",
              "데이터 폴더 그대로 다시 시작하면 스스로 따라잡습니다. 돌아올 수 없다면 ./dure broker decommission {broker} 로 복제본을 다른 브로커에 넘깁니다.");
      case PARTITION_OFFLINE ->
          new Text(
              "파티션 {count}개에 리더가 없습니다: {partitions}.",
              "리더가 되려면 복제본의 과반수가 있어야 합니다. 나머지를 가진 브로커를 시작해 주세요: {brokers}.");
      case WRITES_REFUSED ->
          new Text(
              "살아 있는 복제본이 모자라 파티션 {count}개가 쓰기를 거절합니다: {partitions}.",
              "브로커 {brokers}를 시작해 주세요. 커밋된 것은 그동안에도 읽을 수 있습니다.");
      case ADDRESS_UNRESOLVED ->
          new Text(
              "브로커 {broker}이(가) 알려 주는 주소 {address}의 이름을 여기서 찾을 수 없습니다.",
              "클라이언트가 아는 이름이나 주소를 --advertise 로 주거나, 그 이름을 DNS에 더해 주세요.");
      case ADDRESS_SILENT ->
          new Text(
              "브로커 {broker}이(가) 알려 주는 주소 {address}에서 아무도 응답하지 않습니다: {why}.",
              "켜져 있다면 클라이언트가 닿을 수 있는 주소를 --advertise HOST:PORT 로 주거나 사이의 방화벽을 열어 주세요. 꺼져 있다면 시작해 주세요.");
      case ADDRESS_LOOPBACK ->
          new Text(
              "브로커 {broker}이(가) 알려 주는 주소 {address}는 클라이언트 자신의 컴퓨터입니다: {why}.",
              "네트워크 주소로 --listen 하거나, 클라이언트가 닿는 주소를 --advertise HOST:PORT 로 주세요.");
      case ADDRESS_OF_ANOTHER ->
          new Text(
              "브로커 {broker}이(가) 알려 주는 주소 {address}에서 다른 것이 응답합니다: {who}.",
              "--advertise 가 겹치거나, 프록시나 포트 연결이 다른 브로커로 이어집니다. 브로커마다 제 주소가 있어야 합니다.");
      case ADDRESS_TWICE ->
          new Text(
              "브로커 {brokers}이(가) 같은 주소 {address}를 알려 줍니다.",
              "저마다 다른 --advertise 를 주세요. 호스트 이름이 같다면 포트가 달라야 합니다.");
      case PROBE_FAILED ->
          new Text(
              "{topic}에 레코드를 쓰고 다시 읽지 못했습니다: {why}.", "위에 적힌 것을 먼저 살펴 주세요. 없다면 그 순간의 브로커 로그를 보세요.");
      case REPLICA_FAILED ->
          new Text(
              "브로커 {broker}의 디스크에서 복제본 {count}개를 쓰지 못하게 되었습니다: {folders}.",
              "다른 복제본이 리더를 맡아 일합니다. 디스크를 살펴 주세요(dmesg, smartctl). 성해지면 브로커를 다시 켜세요. 복제본을 확인하고 모자란 것을 받아 옵니다. 디스크를 버려야 한다면 ./dure broker decommission {broker} 를 쓰세요.");
      case DISK_LOW ->
          new Text(
              "브로커 {broker}이(가) 레코드를 받지 않거나 곧 받지 못합니다. 디스크에 {mib} MiB만 남았습니다({folder}).",
              "프로듀서는 기다리며 다시 시도하고, 읽기는 이어지며, 받았다고 한 것은 그대로 있습니다. 보존 기간을 줄이거나(retention.ms, retention.bytes) 레코드나 토픽을 지우거나 디스크를 늘려 주세요. 자리가 생기면 저절로 이어집니다. ./dure broker drain {broker} 로 그동안 다른 브로커가 리더를 맡게 할 수 있습니다. 얼마를 남겨 둘지는 disk.reserve.bytes 로 정합니다.");
      case DISK_FULL ->
          new Text(
              "브로커 {broker}의 디스크가 {percent} % 찼습니다({folder}).",
              "큰 토픽의 retention.ms나 retention.bytes를 줄이거나, 필요 없는 것을 지우거나, 디스크를 늘려 주세요. 콘솔의 토픽 화면에서 파티션마다 크기를 볼 수 있습니다.");
      case MAJORITY_AT_RISK ->
          new Text(
              "하나만 더 꺼지면 컨트롤러가 없어집니다. 메타데이터를 지키는 브로커 {brokers}의 소식이 없습니다.", "되살려 주세요. 우선 하나면 됩니다.");
      case UNDER_REPLICATED ->
          new Text(
              "파티션 {count}개에 뒤처진 복제본이 있습니다: {partitions}.",
              "브로커 {brokers}의 복제본이 모자랍니다. 과반수가 있으면 잃는 것은 없습니다. 켜져 있다면 디스크와 네트워크를 살펴 주세요.");
      case SLOW_FOLLOWER ->
          new Text(
              "브로커 {broker}이(가) 따라오지 못합니다. 복제본 {copies}개 가운데 {behind}개가 뒤처졌습니다.",
              "디스크나 네트워크가 느립니다. 쓰기를 늦추지는 않습니다. ./dure broker drain {broker} 로 짐을 덜 수 있습니다.");
      case SLOW_DISK ->
          new Text(
              "브로커 {broker}의 디스크가 느립니다. 백 번에 한 번은 {ms} ms 넘게 걸립니다.",
              "그 디스크를 또 누가 쓰는지 살펴 주세요. 대부분의 디스크가 느리지 않다면 빠른 과반수로 쓰기는 이어집니다.");
      case CLOCK_SKEW ->
          new Text(
              "브로커 {broker}의 시계가 이 브로커보다 {seconds}초 빠릅니다(음수면 느림).",
              "모든 컴퓨터가 시간 서버를 따르게 해 주세요(chrony, systemd-timesyncd). 보관 기간과 시각으로 찾기가 이 시계를 따릅니다. 데이터는 안전합니다.");
      case VOTER_BEHIND ->
          new Text(
              "브로커 {broker}의 메타데이터가 레코드 {records}개 뒤처졌습니다.",
              "따라잡을 때까지 컨트롤러를 이어받을 수 없습니다. 디스크와 네트워크를 살펴 주세요.");
      case ONE_VOTER ->
          new Text(
              "다른 브로커가 있는데도 메타데이터를 브로커 {voters}만 지키고 있습니다.",
              "메타데이터의 투표자는 클러스터를 처음 세운 브로커들입니다. 동작은 하지만 브로커 {voters}가 없는 동안에는 아무것도 만들거나 바꾸거나 옮길 수 없습니다. 그것 없이도 살아남으려면 --cluster A,B,C 로 세워 주세요.");
      case LEADERS_UNEVEN ->
          new Text(
              "파티션 {count}개의 리더가 첫째 자리가 아닙니다.",
              "다시 시작한 뒤 몇 초 안에 스스로 돌아갑니다. 그대로라면 ./dure broker balance 로 옮깁니다.");
      case BROKER_EMPTY ->
          new Text(
              "브로커 {broker}에 아무것도 없습니다.",
              "새 브로커는 스스로 채워집니다. ./dure broker balance --dry-run 이 계획과 까닭을 알려 줍니다.");
      case SINGLE_COPY ->
          new Text(
              "복제본이 하나뿐인 토픽 {count}개: {topics}. 그 브로커가 사라지면 함께 사라집니다.",
              "kafka-reassign-partitions.sh로 복제본을 3개로 늘리거나 기본값으로 다시 만들어 주세요.");
    };
  }
}
