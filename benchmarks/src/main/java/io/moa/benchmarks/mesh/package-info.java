/** What happens to calls while an agent is replaced under load. */
@NullMarked
package io.moa.benchmarks.mesh;

import org.jspecify.annotations.NullMarked;
