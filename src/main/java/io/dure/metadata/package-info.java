/** What the cluster knows about itself: the records of the metadata log and the immutable image they add up to. */
@NullMarked
package io.dure.metadata;

import org.jspecify.annotations.NullMarked;
