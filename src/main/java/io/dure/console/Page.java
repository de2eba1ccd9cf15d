package io.dure.console;

import java.io.IOException;

/** Answers the requests under one path. Runs on a thread of its own and may wait. */
interface Page {
  Answer answer(Query query) throws IOException;
}
