package io.moa.registry.combined;

import io.moa.testkit.RegistryContract;
import io.moa.testkit.RegistryStage;

class CombinedOfOneContractTest implements RegistryContract {

    @Override
    public RegistryStage stage() {
        return new CombinedStage(1);
    }
}
