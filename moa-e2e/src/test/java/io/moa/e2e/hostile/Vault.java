package io.moa.e2e.hostile;

import io.moa.annotation.MoaService;
import java.util.Map;

/** What strangers would like to get into. */
@MoaService
public interface Vault {

    String METHOD_ANY = "any(java.lang.Object)";
    String METHOD_COUNT = "count(java.util.Map)";
    String METHOD_COIN = "coin(io.moa.e2e.hostile.Vault$Coin)";

    String any(Object value);

    int count(Map<String, Object> values);

    Coin coin(Coin coin);

    /** Something with parts. */
    record Coin(int value, String mint) {}
}
