package io.moa.e2e.lookup;

import io.moa.testkit.RegistryContract;

/**
 * The contract of registries for one that cannot be followed as a whole: the tests of {@link
 * io.moa.testkit.CatalogueContract}, overridden without their annotation, are not run.
 */
interface FollowerContract extends RegistryContract {

    @Override
    default void theCatalogueListsEveryProcessOnceWhateverItOffers() {}

    @Override
    default void theCatalogueIsToldBeforeSubscribeAllReturnsAndBeginsWhole() {}

    @Override
    default void anEmptyCatalogueIsKnown() {}

    @Override
    default void theCatalogueFollowsUpdatesAndTheEnd() {}

    @Override
    default void theCatalogueTellsOfflineAsAGoodbyeUntilTheReturn() {}

    @Override
    default void theCatalogueTellsWatchersAndOperatorsWords() {}

    @Override
    default void whatTheStoreLosesIsGoneFromTheCatalogueWithoutAGoodbye() {}

    @Override
    default void theCatalogueIsAsOldAsItsConfirmation() {}

    @Override
    default void aClosedCatalogueIsNotToldAnyMore() {}

    @Override
    default void closingARegistryEndsItsCatalogues() {}

    @Override
    default void aCatalogueListenerThatThrowsIsToldAgain() {}

    @Override
    default void withoutTheStoreTheCatalogueIsUnknownAndIsWholeWhenItComesBack() {}
}
