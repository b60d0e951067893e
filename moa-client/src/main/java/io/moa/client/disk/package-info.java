/** What a client knew when it ended, kept in files, so that it can begin without a registry. */
@NullMarked
package io.moa.client.disk;

import org.jspecify.annotations.NullMarked;
