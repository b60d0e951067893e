/** Which instances get no calls for a while because of how calls to them ended, and who is called nevertheless. */
@NullMarked
package io.moa.governance.outlier;

import org.jspecify.annotations.NullMarked;
