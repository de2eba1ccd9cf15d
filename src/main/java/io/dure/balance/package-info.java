/**
 * Where copies and leaderships should go: a pure planner. The image of the cluster comes in, moves
 * with their reasons come out. It holds no state: a plan that was carried out in part is simply
 * made again from what there is by then.
 *
 * <p>Start reading at {@link io.dure.balance.Planner}.
 */
@NullMarked
package io.dure.balance;

import org.jspecify.annotations.NullMarked;
