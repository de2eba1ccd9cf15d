/**
 * The words every room uses: ids with their own types, {@link io.dure.base.Check}, and the ports to
 * time, chance and disk. Uses no other room.
 */
@NullMarked
package io.dure.base;

import org.jspecify.annotations.NullMarked;
