package io.dure.console;

import java.util.Map;

/**
 * {@code /api/…}: what the pages show, as JSON. Reading is a GET, changing a POST with values as a
 * form sends them. An answer other than 200 is {@code {"error": …}} with what to do about it.
 */
final class Api implements Page {
  private final Map<String, Page> reads;
  private final Map<String, Page> changes;

  Api(Vantage vantage, Desk desk, Events events, GroupLag lag, Doctor doctor, boolean mayWrite) {
    var cluster = new ClusterApi(vantage, desk, events, mayWrite);
    var topics = new TopicApi(vantage, desk);
    var groups = new GroupApi(vantage, desk, lag);
    var clients = new ClientApi(vantage);
    reads =
        Map.ofEntries(
            Map.entry("/api/pulse", cluster::pulse),
            Map.entry("/api/map", cluster::map),
            Map.entry("/api/moves", cluster::moves),
            Map.entry("/api/numbers", cluster::numbers),
            Map.entry("/api/findings", doctor::answer),
            Map.entry("/api/topics", topics::list),
            Map.entry("/api/topic", topics::one),
            Map.entry("/api/messages", topics::messages),
            Map.entry("/api/groups", groups::list),
            Map.entry("/api/group", groups::one),
            Map.entry("/api/clients", clients::list));
    changes =
        Map.of(
            "/api/messages", topics::write,
            "/api/topics", topics::create,
            "/api/topic/delete", topics::delete);
  }

  @Override
  public Answer answer(Query query) throws java.io.IOException {
    Page page = (query.isPost() ? changes : reads).get(query.path());
    if (page == null) {
      return Answer.refused(404, query.method() + " " + query.path() + " is not served");
    }
    try {
      return page.answer(query);
    } catch (Desk.Refused e) {
      return Answer.refused(409, String.valueOf(e.getMessage()));
    }
  }
}
