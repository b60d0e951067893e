package io.moa.e2e.lookup;

import io.moa.node.lookup.LookupConfig;
import io.moa.testkit.RegistryStage;

/** The same with answers of two instances at most, so that nearly every list comes in parts. */
class LookupInPartsContractTest implements FollowerContract {

    @Override
    public RegistryStage stage() {
        return new LookupStage(LookupConfig.DEFAULT.withPartInstances(2));
    }
}
