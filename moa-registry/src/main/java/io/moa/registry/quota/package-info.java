/** How quotas are shared, where no Redis does it. */
@NullMarked
package io.moa.registry.quota;

import org.jspecify.annotations.NullMarked;
