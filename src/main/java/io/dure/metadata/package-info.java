/**
 * What the whole cluster agrees on: brokers, topics, partitions and their leaders.
 *
 * <p>{@link io.dure.metadata.MetadataRecord} is one change in the metadata log, {@link
 * io.dure.metadata.ClusterImage} the state that all changes so far add up to. Records become bytes
 * in {@link io.dure.metadata.MetadataCodec}, whole images in {@link
 * io.dure.metadata.ImageSnapshot}. Everything here is immutable.
 */
@NullMarked
package io.dure.metadata;

import org.jspecify.annotations.NullMarked;
