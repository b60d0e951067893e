/** What a server does when more calls come than it can serve: how many run at once, who waits, and who is refused. Pure decisions. */
@NullMarked
package io.moa.governance.overload;

import org.jspecify.annotations.NullMarked;
