/** The election over the metadata log: votes and voters around one replica of it. */
@NullMarked
package io.dure.quorum;

import org.jspecify.annotations.NullMarked;
