package io.moa.e2e.lookup;

import io.moa.node.lookup.LookupConfig;
import io.moa.testkit.RegistryStage;

/** What is followed through a lookup on a real socket keeps the contract of registries, but for the catalogue. */
class LookupRegistryContractTest implements FollowerContract {

    @Override
    public RegistryStage stage() {
        return new LookupStage(LookupConfig.DEFAULT);
    }
}
