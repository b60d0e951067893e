package io.moa.e2e.architecture;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.moa.client.wrong.CallsTheServer;
import io.moa.governance.wrong.ReadsTheClock;
import io.moa.invoke.wrong.KnowsALibrary;
import io.moa.node.wrong.AsksRedisItself;
import io.moa.registry.redis.wrong.BindsEntries;
import io.moa.registry.redis.wrong.StartsItsOwnRedis;
import io.moa.resilience4j.wrong.KnowsTheKernel;
import io.moa.server.wrong.AbstractWorkerImpl;
import io.moa.server.wrong.BreaksByALibrary;
import io.moa.server.wrong.DecodesItself;
import io.moa.server.wrong.KeepsACallAccount;
import io.moa.server.wrong.ListensItself;
import io.moa.server.wrong.ListensOnOtherThreads;
import io.moa.server.wrong.ListensTheOldWay;
import io.moa.server.wrong.SpeaksHttp;
import io.moa.testkit.topology.wrong.StartsTheQuickstart;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A rule that cannot fail protects nothing: each is shown a class that breaks it. */
@Tag("once")
class RulesCanFailTest {

    @Test
    void refusesAClientThatKnowsTheServer() {
        refuses(ArchitectureTest.CLIENT_DOES_NOT_KNOW_SERVER, CallsTheServer.class);
    }

    @Test
    void refusesAVocabularyThatKnowsALibrary() {
        refuses(ArchitectureTest.API_KNOWS_ONLY_JAVA_AND_JSPECIFY, KnowsALibrary.class);
    }

    @Test
    void refusesADecisionThatReadsAClockStartsAThreadOrKnowsNetty() {
        refuses(ArchitectureTest.GOVERNANCE_READS_NO_CLOCK, ReadsTheClock.class);
        refuses(ArchitectureTest.GOVERNANCE_STARTS_NO_THREADS, ReadsTheClock.class);
        refuses(ArchitectureTest.GOVERNANCE_KNOWS_ONLY_THE_VOCABULARY, ReadsTheClock.class);
    }

    @Test
    void refusesASecondWayFromBytesToObjects() {
        refuses(ArchitectureTest.BODIES_ARE_DECODED_IN_ONE_PLACE_OF_EACH_SIDE, DecodesItself.class);
        refuses(ArchitectureTest.ONLY_SERIALIZERS_KNOW_WHAT_READS_BODIES, DecodesItself.class);
        refuses(ArchitectureTest.NOBODY_READS_JAVA_OBJECT_STREAMS, DecodesItself.class);
    }

    @Test
    void refusesATopologyThatKnowsAProcessAndAServerThatKnowsTheTestkit() {
        refuses(ArchitectureTest.TOPOLOGY_KNOWS_NO_PROCESS, StartsTheQuickstart.class);
        refuses(ArchitectureTest.NOTHING_THAT_RUNS_KNOWS_THE_TESTKIT, KeepsACallAccount.class);
    }

    @Test
    void refusesASecondHttpServer() {
        refuses(ArchitectureTest.NOBODY_OPENS_THE_HTTP_SERVER_OF_THE_JDK, SpeaksHttp.class);
        refuses(ArchitectureTest.ONLY_HEALTH_LISTENS_BESIDE_THE_TRANSPORT, ListensItself.class);
        refuses(ArchitectureTest.ONLY_HEALTH_LISTENS_BESIDE_THE_TRANSPORT, ListensTheOldWay.class);
        refuses(ArchitectureTest.ONLY_HEALTH_LISTENS_BESIDE_THE_TRANSPORT, ListensOnOtherThreads.class);
    }

    @Test
    void refusesASecondWayToRedis() {
        refuses(ArchitectureTest.ONLY_THE_REGISTRY_KNOWS_JEDIS, AsksRedisItself.class);
        refuses(ArchitectureTest.REGISTRY_STARTS_NO_REDIS, StartsItsOwnRedis.class);
        refuses(ArchitectureTest.REGISTRY_READS_ENTRIES_TOKEN_BY_TOKEN, BindsEntries.class);
    }

    @Test
    void refusesABreakerOfOthersAndAnAdapterThatKnowsTheKernel() {
        refuses(ArchitectureTest.RESILIENCE4J_STAYS_IN_ITS_MODULE, BreaksByALibrary.class);
        refuses(ArchitectureTest.RESILIENCE4J_GATES_KNOW_ONLY_THE_API, KnowsTheKernel.class);
    }

    @Test
    void refusesNamesThatFitAnything() {
        refuses(ArchitectureTest.NAMES_SAY_WHAT_A_THING_IS, AbstractWorkerImpl.class);
        refuses(ArchitectureTest.NO_NAME_STARTS_WITH_ABSTRACT, AbstractWorkerImpl.class);
    }

    @Test
    void acceptsWhatARuleIsNotAbout() {
        JavaClasses server = new ClassFileImporter().importClasses(AbstractWorkerImpl.class);

        assertThatCode(() -> ArchitectureTest.SERVER_DOES_NOT_KNOW_CLIENT.check(server))
                .doesNotThrowAnyException();
    }

    private static void refuses(ArchRule rule, Class<?> wrong) {
        JavaClasses classes = new ClassFileImporter().importClasses(wrong);

        assertThatThrownBy(() -> rule.check(classes))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(wrong.getSimpleName())
                .hasMessageContaining("because");
    }
}
