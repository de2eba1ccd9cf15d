// All that the console says, in each language. {name} is filled in; a key with _1 is for exactly one.

const EN = {
  map: 'Map', topics: 'Topics', groups: 'Groups', clients: 'Clients', charts: 'Charts', moves: 'Moves', events: 'Events', health: 'Health',
  views: 'Views', skip: 'Skip to content', language: 'Language', theme: 'Light or dark', node: 'asked at broker {node}', readonly: 'read only',
  well: 'all well', starting: 'starting', offline_1: '1 partition without leader', offline: '{n} partitions without leader',
  away_1: 'broker {list} is away', away: 'brokers {list} are away', behind_1: '1 partition with a copy behind', behind: '{n} partitions with a copy behind',
  moving_1: '1 partition moving', moving: '{n} partitions moving', nocontroller: 'no controller',
  silent: 'This broker does not answer any more. The page goes on when it is back; any other broker has a console too.',
  failed: 'This could not be shown: {why}', loading: 'loading …', filter: 'Filter', internal: 'internal topics', of: '{from}–{to} of {total}', back: 'Back', forward: 'Next',
  broker: 'Broker {id}', controller: 'controller', voter: 'voter', gone: 'away', leads: 'leads', copies: 'copies', follows: 'follows', late: 'behind', rack: 'rack {rack}',
  mapempty: 'No topics yet. A producer or ./dure topic create NAME makes one.', maphint: 'Arrow keys walk over the tiles, Enter opens the topic.',
  leader: 'leader', follower: 'follower, in step', adding: 'new copy, still copying', removing: 'on its way out', lost: 'on a broker that is away', orphan: 'no leader', nocopy: 'no copy here',
  told: '{topic}-{p} on broker {broker}: {state}. Leader: {leader}. In step: {inStep}. Epoch {epoch}.', none: 'none',
  sums: '{partitions} partitions are too many to draw one by one: each cell says how many are led, copied and behind there. Choose a topic to see its partitions.',
  topic: 'Topic', partitions: 'Partitions', replicas: 'Replicas', state: 'State', ok: 'in step', settings: 'Settings', setting: 'Setting', value: 'Value', source: 'From',
  changed: 'Changed', everything: 'Show all {n} settings', size: 'Size', records: 'Records', start: 'Start', end: 'End', partition: 'Partition', epoch: 'Epoch', quorum: 'Acknowledged by', quorumof: '{q} of {n}',
  src_TOPIC: 'this topic', src_BROKER: 'a broker', src_CLUSTER: 'the cluster', src_START: "the brokers' start", src_DEFAULT: 'default',
  messages: 'Messages', from: 'From', latest: 'newest', earliest: 'oldest', offset: 'offset', time: 'time', read: 'Read', asText: 'text', asJson: 'JSON', asHex: 'hex', show: 'Show as',
  key: 'Key', nokey: 'no key', tombstone: 'no value (deletes the key)', cut: '… {n} more bytes', nomessages: 'Nothing to read there.', more: 'Read on',
  write: 'Write', written: 'Written to partition {partition}, offset {offset}.', anypartition: 'by key', create: 'Create a topic', name: 'Name', defaults: 'default', cleanup: 'Keeps', delete: 'by time and size', compact: 'the last of each key',
  cancel: 'Cancel', created: 'Topic {topic} is created.', remove: 'Delete topic', sure: 'This deletes {topic} and all its records on every broker. Type its name to confirm.', deleted: 'Topic {topic} is deleted.',
  group: 'Group', type: 'Type', members: 'Members', member: 'Member', coordinator: 'Coordinator', lag: 'Unread', seconds: 'Behind by', committed: 'Committed', client: 'Client', host: 'From', holds: 'Holds', nogroups: 'No groups yet. A consumer with a group.id makes one.', nomembers: 'Nobody reads in this group now.', mostunread: 'Partitions with the most unread records come first.',
  library: 'Library', node_: 'Broker', fetches: 'Fetch requests', heard: 'Heard of', mostclients: 'The {n} of a broker that came last are shown: filter by client id to see others.',
  noclients: 'No client tells of itself. Ask for it: ./dure config set client-metrics all metrics=org.apache.kafka. interval.ms=10000',
  unknown: 'not known', s: '{n} s', min: '{n} min', h: '{n} h', d: '{n} days', uptodate: 'up to date',
  c_records: 'Records written', c_bytes: 'Bytes in and out', c_commit: 'Append to commit', c_produce: 'Produce requests', c_flush: 'Waits for the disk', c_requests: 'Requests', c_heap: 'Heap', c_connections: 'Connections',
  persecond: '{n}/s', ms: '{n} ms', written_: 'written', read_: 'read', p50: 'half are faster', p99: '99 of 100 are faster', worst: 'Times are those of the slowest broker at each moment; the rest is the sum over brokers. The last 15 minutes.', nonumbers: 'Numbers come in a few seconds.', without: 'No numbers of brokers {list}: they are away, or their console is off.',
  nomoves: 'Nothing is moving.', move: '{topic}-{partition}', movewhat: 'from {from} to {to}', movestate: 'in step: {inStep}', why: 'Why', planned: 'What the planner is about to do', progress: 'Progress', balance_on: 'balancing is on', balance_paused: 'balancing is paused',
  carried: 'What brokers carry', broker_: 'Broker', disk: 'Copies on its disk', takesin: 'Takes in as leader', carriedhint: 'As leaders told the controller of late. Disks and traffic are evened where they stay plainly uneven; small differences are left alone.',
  noevents: 'Nothing has happened since this broker started.', recent: 'What happened', allEvents: 'All events', sinceStart: 'As this broker saw it since it started, newest first.',
  nofindings: 'Nothing is wrong.', checked: 'Checked: brokers, leaders, copies, majorities, addresses, clocks, disks.', what: 'What to do', HIGH: 'now', MEDIUM: 'soon', LOW: 'note',
  e_BROKER_JOINED: 'Broker {broker} joined the cluster ({address}).', e_BROKER_AWAY: 'Broker {broker} is away: it is not heard any more.', e_BROKER_BACK: 'Broker {broker} is back.', e_BROKER_REMOVED: 'Broker {broker} was removed from the cluster.',
  e_CONTROLLER_MOVED: 'The controller moved from broker {from} to broker {to}.',
  e_LEADER_DIED_1: 'Leader of {partitions} moved from {from} to {to} because {from} is away.', e_LEADER_DIED: 'Leaders of {count} partitions moved from {from} to {to} because {from} is away: {partitions}{and}.',
  e_LEADER_HOME_1: 'Leader of {partitions} moved back from {from} to {to}, its first choice.', e_LEADER_HOME: 'Leaders of {count} partitions moved back from {from} to {to}, their first choice: {partitions}{and}.',
  e_LEADER_MOVED_1: 'Leader of {partitions} moved from {from} to {to}.', e_LEADER_MOVED: 'Leaders of {count} partitions moved from {from} to {to}: {partitions}{and}.',
  e_LEADER_MISSING_1: '{partitions} has no leader: {from} led it and nobody can take over yet.', e_LEADER_MISSING: '{count} partitions have no leader: {from} led them and nobody can take over yet: {partitions}{and}.',
  e_LEADER_FOUND_1: '{partitions} has a leader again: {to}.', e_LEADER_FOUND: '{count} partitions have a leader again, broker {to}: {partitions}{and}.',
  e_COPY_BEHIND_1: 'The copy of {partitions} on broker {to} fell behind.', e_COPY_BEHIND: '{count} copies on broker {to} fell behind: {partitions}{and}.',
  e_COPY_IN_STEP_1: 'The copy of {partitions} on broker {to} is in step again.', e_COPY_IN_STEP: '{count} copies on broker {to} are in step again: {partitions}{and}.',
  e_MOVE_BEGUN_1: '{partitions} begins to move from {from} to {to}.', e_MOVE_BEGUN: '{count} partitions begin to move from {from} to {to}: {partitions}{and}.',
  e_MOVE_DONE_1: '{partitions} is now on {to}.', e_MOVE_DONE: '{count} partitions are now on {to}: {partitions}{and}.',
  e_TOPIC_CREATED: 'Topic {topic} was created with {count} partitions.', e_TOPIC_DELETED: 'Topic {topic} was deleted.', e_TOPIC_SET: 'Settings of {topic} changed: {settings}.', and: ' and others',
};

const KO = {
  map: '지도', topics: '토픽', groups: '그룹', clients: '클라이언트', charts: '그래프', moves: '이동', events: '기록', health: '진단',
  views: '화면', skip: '본문으로', language: '언어', theme: '밝게 또는 어둡게', node: '브로커 {node}에서 본 모습', readonly: '보기 전용',
  well: '모두 정상', starting: '시작하는 중', offline_1: '리더 없는 파티션 1개', offline: '리더 없는 파티션 {n}개',
  away_1: '브로커 {list} 응답 없음', away: '브로커 {list} 응답 없음', behind_1: '복제가 뒤처진 파티션 1개', behind: '복제가 뒤처진 파티션 {n}개',
  moving_1: '옮기는 파티션 1개', moving: '옮기는 파티션 {n}개', nocontroller: '컨트롤러 없음',
  silent: '이 브로커가 더는 응답하지 않습니다. 돌아오면 화면이 이어집니다. 다른 브로커에도 콘솔이 있습니다.',
  failed: '보여 줄 수 없습니다: {why}', loading: '불러오는 중 …', filter: '거르기', internal: '내부 토픽', of: '{total}개 중 {from}–{to}', back: '이전', forward: '다음',
  broker: '브로커 {id}', controller: '컨트롤러', voter: '투표권', gone: '응답 없음', leads: '리더', copies: '복제본', follows: '팔로워', late: '뒤처짐', rack: '랙 {rack}',
  mapempty: '아직 토픽이 없습니다. 프로듀서가 쓰거나 ./dure topic create 이름 으로 만듭니다.', maphint: '화살표 키로 칸을 옮겨 다니고, Enter로 토픽을 엽니다.',
  leader: '리더', follower: '팔로워, 따라잡음', adding: '새 복제본, 복사하는 중', removing: '곧 사라질 복제본', lost: '응답 없는 브로커에 있음', orphan: '리더 없음', nocopy: '여기에는 복제본 없음',
  told: '브로커 {broker}의 {topic}-{p}: {state}. 리더: {leader}. 따라잡은 복제본: {inStep}. 에포크 {epoch}.', none: '없음',
  sums: '파티션 {partitions}개는 하나씩 그리기에 너무 많아, 칸마다 리더·복제본·뒤처진 수를 적었습니다. 토픽을 고르면 파티션이 보입니다.',
  topic: '토픽', partitions: '파티션', replicas: '복제본', state: '상태', ok: '따라잡음', settings: '설정', setting: '설정', value: '값', source: '정한 곳',
  changed: '바꾼 것', everything: '설정 {n}개 모두 보기', size: '크기', records: '레코드', start: '처음', end: '끝', partition: '파티션', epoch: '에포크', quorum: '확인하는 수', quorumof: '{n}개 중 {q}개',
  src_TOPIC: '이 토픽', src_BROKER: '브로커', src_CLUSTER: '클러스터', src_START: '브로커 시작 설정', src_DEFAULT: '기본값',
  messages: '메시지', from: '어디부터', latest: '최신', earliest: '가장 오래된 것', offset: '오프셋', time: '시각', read: '읽기', asText: '글자', asJson: 'JSON', asHex: '16진수', show: '보는 방식',
  key: '키', nokey: '키 없음', tombstone: '값 없음 (이 키를 지움)', cut: '… {n}바이트 더 있음', nomessages: '읽을 것이 없습니다.', more: '이어서 읽기',
  write: '쓰기', written: '파티션 {partition}, 오프셋 {offset}에 썼습니다.', anypartition: '키에 따라', create: '토픽 만들기', name: '이름', defaults: '기본값', cleanup: '보관', delete: '시간과 크기에 따라', compact: '키마다 마지막 것',
  cancel: '취소', created: '토픽 {topic} 만듦.', remove: '토픽 지우기', sure: '{topic} 토픽과 그 레코드를 모든 브로커에서 지웁니다. 확인하려면 이름을 적어 주세요.', deleted: '토픽 {topic} 지움.',
  group: '그룹', type: '방식', members: '구성원', member: '구성원', coordinator: '코디네이터', lag: '안 읽은 수', seconds: '늦은 시간', committed: '커밋', client: '클라이언트', host: '접속한 곳', holds: '맡은 파티션', nogroups: '아직 그룹이 없습니다. group.id가 있는 컨슈머가 만듭니다.', nomembers: '지금 이 그룹에서 읽는 구성원이 없습니다.', mostunread: '안 읽은 레코드가 많은 파티션부터 보여 줍니다.',
  library: '라이브러리', node_: '브로커', fetches: '읽기 요청', heard: '마지막 소식', mostclients: '브로커마다 최근 {n}개를 보여 줍니다. 다른 것은 클라이언트 이름으로 거르세요.',
  noclients: '지표를 알려 주는 클라이언트가 없습니다. 이렇게 요청합니다: ./dure config set client-metrics all metrics=org.apache.kafka. interval.ms=10000',
  unknown: '알 수 없음', s: '{n}초', min: '{n}분', h: '{n}시간', d: '{n}일', uptodate: '모두 읽음',
  c_records: '쓰인 레코드', c_bytes: '들어오고 나간 바이트', c_commit: '쓰기부터 커밋까지', c_produce: '쓰기 요청', c_flush: '디스크를 기다린 시간', c_requests: '요청', c_heap: '힙', c_connections: '연결',
  persecond: '{n}/초', ms: '{n} ms', written_: '쓰기', read_: '읽기', p50: '절반은 더 빠름', p99: '100에 99는 더 빠름', worst: '시간은 그때 가장 느린 브로커의 값이고, 나머지는 모든 브로커의 합입니다. 최근 15분.', nonumbers: '몇 초 뒤에 숫자가 나옵니다.', without: '브로커 {list}의 숫자가 없습니다. 응답이 없거나 콘솔이 꺼져 있습니다.',
  nomoves: '옮기고 있는 것이 없습니다.', move: '{topic}-{partition}', movewhat: '{from} → {to}', movestate: '따라잡음: {inStep}', why: '까닭', planned: '곧 할 일', progress: '진행', balance_on: '균형 맞추기 켜짐', balance_paused: '균형 맞추기 멈춤',
  carried: '브로커가 지닌 것', broker_: '브로커', disk: '디스크의 복제본', takesin: '리더로서 받는 양', carriedhint: '리더들이 얼마 전에 컨트롤러에 알린 값입니다. 디스크와 들어오는 양은 뚜렷하게 치우쳐 있을 때만 고르게 하고, 작은 차이는 그대로 둡니다.',
  noevents: '이 브로커가 시작한 뒤로 일어난 일이 없습니다.', recent: '일어난 일', allEvents: '모든 기록', sinceStart: '이 브로커가 시작한 뒤에 본 것, 최신부터.',
  nofindings: '문제가 없습니다.', checked: '살핀 것: 브로커, 리더, 복제본, 과반수, 주소, 시계, 디스크.', what: '할 일', HIGH: '지금', MEDIUM: '곧', LOW: '참고',
  e_BROKER_JOINED: '브로커 {broker} 합류 ({address}).', e_BROKER_AWAY: '브로커 {broker}에서 소식이 끊겼습니다.', e_BROKER_BACK: '브로커 {broker} 복귀.', e_BROKER_REMOVED: '브로커 {broker}, 클러스터에서 빠짐.',
  e_CONTROLLER_MOVED: '컨트롤러: 브로커 {from} → 브로커 {to}.',
  e_LEADER_DIED_1: '{partitions}의 리더: {from} → {to}. 브로커 {from}의 소식이 끊겼기 때문입니다.', e_LEADER_DIED: '파티션 {count}개의 리더: {from} → {to}. 브로커 {from}의 소식이 끊겼기 때문입니다: {partitions}{and}.',
  e_LEADER_HOME_1: '{partitions}의 리더가 첫째 자리로 돌아옴: {from} → {to}.', e_LEADER_HOME: '파티션 {count}개의 리더가 첫째 자리로 돌아옴: {from} → {to}: {partitions}{and}.',
  e_LEADER_MOVED_1: '{partitions}의 리더: {from} → {to}.', e_LEADER_MOVED: '파티션 {count}개의 리더: {from} → {to}: {partitions}{and}.',
  e_LEADER_MISSING_1: '{partitions}에 리더가 없습니다. 리더였던 브로커 {from} 대신 아직 아무도 이어받을 수 없습니다.', e_LEADER_MISSING: '파티션 {count}개에 리더가 없습니다. 리더였던 브로커 {from} 대신 아직 아무도 이어받을 수 없습니다: {partitions}{and}.',
  e_LEADER_FOUND_1: '{partitions}에 다시 리더가 생김: {to}.', e_LEADER_FOUND: '파티션 {count}개에 다시 리더가 생김: 브로커 {to}: {partitions}{and}.',
  e_COPY_BEHIND_1: '브로커 {to}의 {partitions} 복제본이 뒤처졌습니다.', e_COPY_BEHIND: '브로커 {to}의 복제본 {count}개가 뒤처졌습니다: {partitions}{and}.',
  e_COPY_IN_STEP_1: '브로커 {to}의 {partitions} 복제본이 다시 따라잡았습니다.', e_COPY_IN_STEP: '브로커 {to}의 복제본 {count}개가 다시 따라잡았습니다: {partitions}{and}.',
  e_MOVE_BEGUN_1: '{partitions} 옮기기 시작: {from} → {to}.', e_MOVE_BEGUN: '파티션 {count}개 옮기기 시작: {from} → {to}: {partitions}{and}.',
  e_MOVE_DONE_1: '{partitions}, 이제 {to}에 있습니다.', e_MOVE_DONE: '파티션 {count}개, 이제 {to}에 있습니다: {partitions}{and}.',
  e_TOPIC_CREATED: '토픽 {topic} 만들어짐, 파티션 {count}개.', e_TOPIC_DELETED: '토픽 {topic} 지워짐.', e_TOPIC_SET: '{topic} 설정 바뀜: {settings}.', and: ' 등',
};

const LANGUAGES = {en: EN, ko: KO};
let language = stored('language') ?? (navigator.languages.some((l) => l.toLowerCase().startsWith('ko')) && navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en');

function stored(key) {
  try { return localStorage.getItem('dure.' + key); } catch { return null; }
}

export function store(key, value) {
  try { localStorage.setItem('dure.' + key, value); } catch { /* it is forgotten, then */ }
}

export {stored};

export function currentLanguage() {
  return language;
}

export function speak(code) {
  language = code in LANGUAGES ? code : 'en';
  store('language', language);
  document.documentElement.lang = language;
}

/** The words for a key, with facts filled in. */
export function t(key, facts = {}) {
  const words = LANGUAGES[language][key] ?? EN[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? '');
}

/** As t, choosing the words for one where there are some. */
export function tn(key, n, facts = {}) {
  return t(n === 1 && (key + '_1') in LANGUAGES[language] ? key + '_1' : key, {n: n.toLocaleString(), ...facts});
}

/** An event in a sentence. */
export function sentence(event) {
  const n = Number(event.facts.count ?? 1);
  const named = (event.facts.partitions ?? '').split(', ').length;
  return tn('e_' + event.kind, n, {...event.facts, count: n.toLocaleString(), and: n > named ? t('and') : ''});
}

export function missing() {
  return Object.keys(EN).filter((key) => !(key in KO)).concat(Object.keys(KO).filter((key) => !(key in EN)));
}
