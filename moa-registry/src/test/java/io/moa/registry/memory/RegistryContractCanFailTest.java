package io.moa.registry.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Eventually;
import io.moa.testkit.RegistryContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The contract finds what is wrong: each test runs a sentence of it against a registry that breaks that sentence. */
class RegistryContractCanFailTest {

    @FunctionalInterface
    private interface Sentence {
        void check(RegistryContract contract) throws Exception;
    }

    @Test
    void aRightRegistryPassesHere() throws Exception {
        for (Sentence sentence : List.<Sentence>of(
                RegistryContract::theListenerIsToldWhatIsKnownBeforeSubscribeReturns,
                RegistryContract::changesAreToldInOrderAndOneAtATime,
                RegistryContract::noListenerRunsAfterItsSubscriptionWasClosed,
                RegistryContract::aListenerThatThrowsIsToldAgainAndStopsNobody)) {
            sentence.check(contract(registry -> registry));
        }
    }

    @Test
    void findsAFirstSnapshotThatComesLate() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
                        boolean[] first = {true};
                        return super.subscribe(service, snapshot -> {
                            if (!first[0]) {
                                listener.accept(snapshot);
                            }
                            first[0] = false;
                        });
                    }
                },
                RegistryContract::theListenerIsToldWhatIsKnownBeforeSubscribeReturns);
    }

    @Test
    void findsChangesInTheWrongOrder() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
                        List<Snapshot> kept = new ArrayList<>();
                        return super.subscribe(service, snapshot -> {
                            kept.add(snapshot);
                            if (kept.size() == 10) {
                                for (int i = 9; i >= 0; i--) {
                                    listener.accept(kept.get(i));
                                }
                            } else if (kept.size() > 10) {
                                listener.accept(snapshot);
                            }
                        });
                    }
                },
                RegistryContract::changesAreToldInOrderAndOneAtATime);
    }

    @Test
    void findsAListenerThatIsToldInsideItself() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
                        List<Subscription> self = new ArrayList<>();
                        listeners.add(() -> {
                            if (!self.isEmpty()) {
                                listener.accept(self.get(0).current());
                            }
                        });
                        self.add(super.subscribe(service, listener));
                        return self.get(0);
                    }

                    private final List<Runnable> listeners = new ArrayList<>();

                    @Override
                    public Registration register(Instance instance) {
                        Registration registration = super.register(instance);
                        List.copyOf(listeners).forEach(Runnable::run);
                        return registration;
                    }
                },
                RegistryContract::aListenerMayRegisterAndSubscribe);
    }

    @Test
    void findsALostChange() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
                        return super.subscribe(service, snapshot -> {
                            if (snapshot.revision() % 3 != 0) {
                                listener.accept(snapshot);
                            }
                        });
                    }
                },
                RegistryContract::eachChangeMakesAHigherRevisionAndIsTold);
    }

    @Test
    void findsAListenerThatIsToldAfterTheClose() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
                        Subscription real = super.subscribe(service, listener);
                        return subscription(real, () -> {}); // forgets to close
                    }
                },
                RegistryContract::aClosedSubscriptionIsNotToldAnyMore);
    }

    @Test
    void findsACloseThatDoesNotWait() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
                        Subscription real = super.subscribe(service, listener);
                        return subscription(real, () -> new Thread(real::close).start());
                    }
                },
                RegistryContract::noListenerRunsAfterItsSubscriptionWasClosed);
    }

    @Test
    void findsAnUnknownThatIsTakenForEmpty() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
                        return super.subscribe(
                                service,
                                told -> listener.accept(new Snapshot(
                                        service, told.revision() + 1, told.entries(), told.asOfNanos(), "wrong")));
                    }
                },
                RegistryContract::withoutTheStoreAnEmptyServiceIsUnknownUntilItIsKnownToBeEmpty);
    }

    @Test
    void findsAnUpdateThatUndoesOffline() {
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Registration register(Instance instance) {
                        return new WrappedRegistration(super.register(instance)) {
                            @Override
                            public void update(Instance changed) {
                                super.update(changed);
                                online();
                            }
                        };
                    }
                },
                RegistryContract::anUpdateDoesNotUndoOffline);
    }

    @Test
    void findsAFirstRegistrationThatWithdrawsItsReplacement() {
        List<Registry.Registration> all = new ArrayList<>();
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Registration register(Instance instance) {
                        WrappedRegistration made = new WrappedRegistration(super.register(instance)) {
                            @Override
                            public void close() {
                                all.forEach(Registration::close);
                            }
                        };
                        all.add(made.inner);
                        return made;
                    }
                },
                RegistryContract::aSecondRegistrationOfTheSameUuidReplacesTheFirst);
    }

    @Test
    void findsACloseThatWithdrawsTheInstancesOfOthers() {
        List<Registry.Registration> all = new ArrayList<>();
        breaks(
                inner -> new Wrapped(inner) {
                    @Override
                    public Registration register(Instance instance) {
                        Registration made = super.register(instance);
                        all.add(made);
                        return made;
                    }

                    @Override
                    public void close() {
                        super.close();
                        all.forEach(Registration::close);
                    }
                },
                RegistryContract::closingARegistryWithdrawsItsOwnInstancesAndNoOthers);
    }

    @Test
    void findsAWatcherThatIsOverruledByTheProcess() {
        RegistryContract overruled = () -> new BrokenStage(registry -> registry) {
            @Override
            public void decide(String uuid, OperatorState state) {
                super.decide(uuid, state);
                super.mark(uuid, Liveness.ONLINE);
            }
        };
        assertThatThrownBy(overruled::noneOfProcessWatcherAndOperatorOverwritesAnother)
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void findsARegistrationThatIsGivenUpWithoutTheStore() {
        RegistryContract givenUp = () -> new BrokenStage(registry -> registry) {
            private boolean lost;

            @Override
            public Registry open() {
                return new Wrapped(super.open()) {
                    @Override
                    public Registration register(Instance instance) {
                        return super.register(lost ? instance.withExports(List.of()) : instance);
                    }
                };
            }

            @Override
            public void loseStore() {
                lost = true;
                super.loseStore();
            }
        };
        assertThatThrownBy(givenUp::aRegistrationMadeWithoutTheStoreSucceedsWhenItComesBack)
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void findsAnAnnouncementThatIsSaidTooEarly() {
        breaks(
                registry -> new Wrapped(registry) {
                    @Override
                    public Registration register(Instance instance) {
                        return new WrappedRegistration(super.register(instance)) {
                            @Override
                            public CompletableFuture<Void> announced() {
                                return inner.registered();
                            }
                        };
                    }
                },
                RegistryContract::whatIsSaidLaterIsAnnouncedWhenTheStoreHasIt);
    }

    private static void breaks(UnaryOperator<Registry> broken, Sentence sentence) {
        assertThatThrownBy(() -> sentence.check(contract(broken))).isInstanceOf(AssertionError.class);
    }

    private static RegistryContract contract(UnaryOperator<Registry> wrapping) {
        return () -> new BrokenStage(wrapping);
    }

    private static class BrokenStage extends MemoryStage {

        private final UnaryOperator<Registry> wrapping;

        BrokenStage(UnaryOperator<Registry> wrapping) {
            this.wrapping = wrapping;
        }

        @Override
        public Registry open() {
            return wrapping.apply(super.open());
        }

        @Override
        public Eventually eventually() {
            return Eventually.within(Duration.ofMillis(300)); // what never comes need not be waited for long
        }
    }

    private static Registry.Subscription subscription(Registry.Subscription real, Runnable closing) {
        assertThat(real).isNotNull();
        return new Registry.Subscription() {
            @Override
            public Snapshot current() {
                return real.current();
            }

            @Override
            public void close() {
                closing.run();
            }
        };
    }

    private static class Wrapped implements Registry {

        private final Registry inner;

        Wrapped(Registry inner) {
            this.inner = inner;
        }

        @Override
        public Registration register(Instance instance) {
            return inner.register(instance);
        }

        @Override
        public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
            return inner.subscribe(service, listener);
        }

        @Override
        public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
            return inner.subscribeAll(listener);
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    private static class WrappedRegistration implements Registry.Registration {

        final Registry.Registration inner;

        WrappedRegistration(Registry.Registration inner) {
            this.inner = inner;
        }

        @Override
        public CompletableFuture<Void> registered() {
            return inner.registered();
        }

        @Override
        public CompletableFuture<Void> announced() {
            return inner.announced();
        }

        @Override
        public void update(Instance instance) {
            inner.update(instance);
        }

        @Override
        public void offline() {
            inner.offline();
        }

        @Override
        public void online() {
            inner.online();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
