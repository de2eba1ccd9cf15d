/**
 * What Apache Kafka answers, recorded, and the same asked of a broker of ours. A {@link
 * io.dure.exchanges.Family} is a list of questions and a file of answers under
 * src/test/resources/exchanges; start reading there. {@code ./dev exchanges} records anew.
 */
@NullMarked
package io.dure.exchanges;

import org.jspecify.annotations.NullMarked;
