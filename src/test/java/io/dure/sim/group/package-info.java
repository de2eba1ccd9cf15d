/** Consumer groups under chance: members, a coordinator that is lost and replayed, and topics. */
@NullMarked
package io.dure.sim.group;

import org.jspecify.annotations.NullMarked;
