/** One partition's records on disk, in Kafka's segment format: append, read, truncate, roll, recover. Confined to the
 * event loop that owns the partition; only the flush runs elsewhere. */
@NullMarked
package io.dure.log;

import org.jspecify.annotations.NullMarked;
