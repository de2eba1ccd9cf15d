/**
 * The controller: which broker is live, which topics there are, where their replicas lie and who
 * leads each partition.
 *
 * <p>{@link io.dure.controller.Controller} is the front door: {@code step(event)} returns effects,
 * to be run in order. It decides on a speculative {@link io.dure.metadata.ClusterImage}, to which
 * every record it appends is applied at once; the host holds replies back until everything appended
 * before them is committed. Nothing here reads a clock, draws a random number or blocks.
 */
@NullMarked
package io.dure.controller;

import org.jspecify.annotations.NullMarked;
