/**
 * What is wrong with a cluster, and what to do about it: pure checks over what was seen at one
 * moment, whoever looked. The console looks from inside of a node, {@code ./dure doctor} as a
 * client. Start reading at {@link io.dure.doctor.Checkup}.
 */
@NullMarked
package io.dure.doctor;

import org.jspecify.annotations.NullMarked;
