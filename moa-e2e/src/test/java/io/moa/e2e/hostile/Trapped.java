package io.moa.e2e.hostile;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.SubTypes;

/** A service through which traps pass. */
@MoaService
@SubTypes(Trap.class)
public interface Trapped {

    String METHOD_TAKE = "take(io.moa.e2e.hostile.Trap,int)";

    Trap take(Trap trap, int number);

    Object any(Object value);

    @Idempotent
    Trap give(String kind);
}
