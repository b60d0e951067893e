package io.moa.e2e.lookup;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;

/** What the tests of the lookup call. */
@MoaService(name = "shop.Shelf")
@Idempotent
interface Shelf {
    /** Who answers. */
    String who();
}
