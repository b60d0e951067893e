/** Following services in the registry, and keeping connections to their instances. */
@NullMarked
package io.moa.client.cluster;

import org.jspecify.annotations.NullMarked;
