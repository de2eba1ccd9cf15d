/** One replica of one log as a pure core: fence, appoint, join, commit by majority. */
@NullMarked
package io.dure.replication;

import org.jspecify.annotations.NullMarked;
