package io.moa.e2e.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.moa.protocol.serialize.BodyCodec;
import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who knows whom, and how things are called. The rules are constants so that {@link RulesCanFailTest} checks them too. */
@Tag("once")
class ArchitectureTest {

    private static final String[] API = {
        "io.moa.annotation..",
        "io.moa.invoke..",
        "io.moa.discovery..",
        "io.moa.lookup..",
        "io.moa.observe..",
        "io.moa.operations..",
        "io.moa.internal.."
    };

    static final ArchRule API_KNOWS_ONLY_JAVA_AND_JSPECIFY = classes()
            .that()
            .resideInAnyPackage(API)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(with(API, "java..", "org.jspecify..")))
            .because("moa-api is what every user depends on: whatever it knows, they all carry")
            .allowEmptyShould(true);

    static final ArchRule GOVERNANCE_KNOWS_ONLY_THE_VOCABULARY = classes()
            .that()
            .resideInAPackage("io.moa.governance..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    with(API, "io.moa.governance..", "java..", "org.jspecify..", "com.github.benmanes.caffeine..")))
            .because(
                    "a decision does no I/O: no Netty, no Redis, no client, so that it can be tested with plain values;"
                            + " a cache without threads is a plain value")
            .allowEmptyShould(true);

    static final ArchRule GOVERNANCE_STARTS_NO_THREADS = noClasses()
            .that()
            .resideInAPackage("io.moa.governance..")
            .should()
            .callConstructor(Thread.class)
            .orShould()
            .callConstructor(Thread.class, Runnable.class)
            .orShould()
            .callConstructor(Thread.class, Runnable.class, String.class)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.Executors")
            .because("whoever owns the threads is the runtime, never a decision")
            .allowEmptyShould(true);

    static final ArchRule GOVERNANCE_READS_NO_CLOCK = noClasses()
            .that()
            .resideInAPackage("io.moa.governance..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
            .orShould()
            .callMethod(Math.class, "random")
            .because("time and chance are parameters, a Ticker and a RandomGenerator, so that every test is exact")
            .allowEmptyShould(true);

    static final ArchRule PROTOCOL_KNOWS_NO_POLICY = noClasses()
            .that()
            .resideInAnyPackage("io.moa.protocol..", "io.moa.transport..", "io.moa.disk..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.moa.client..",
                    "io.moa.server..",
                    "io.moa.governance..",
                    "io.moa.registry..",
                    "io.moa.agent..",
                    "io.moa.node..",
                    "io.moa.cli..")
            .because("bytes and channels carry a call; what should happen to it is decided elsewhere")
            .allowEmptyShould(true);

    static final ArchRule CLIENT_DOES_NOT_KNOW_SERVER = noClasses()
            .that()
            .resideInAPackage("io.moa.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.moa.server..", "io.moa.registry..", "io.moa.agent..", "io.moa.node..", "io.moa.cli..")
            .because("client and server share the vocabulary and the wire, and nothing more;"
                    + " a registry comes in through the contract of moa-api")
            .allowEmptyShould(true);

    static final ArchRule SERVER_DOES_NOT_KNOW_CLIENT = noClasses()
            .that()
            .resideInAPackage("io.moa.server..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.moa.client..", "io.moa.registry..", "io.moa.agent..", "io.moa.node..", "io.moa.cli..")
            .because("client and server share the vocabulary and the wire, and nothing more;"
                    + " a registry comes in through the contract of moa-api")
            .allowEmptyShould(true);

    static final ArchRule REGISTRY_KNOWS_NEITHER_CLIENT_NOR_SERVER = noClasses()
            .that()
            .resideInAPackage("io.moa.registry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.moa.client..",
                    "io.moa.server..",
                    "io.moa.governance..",
                    "io.moa.protocol..",
                    "io.moa.transport..",
                    "io.moa.agent..",
                    "io.moa.node..",
                    "io.moa.cli..")
            .because("a registry keeps instances; it does not call them, its watcher is given a Probe")
            .allowEmptyShould(true);

    static final ArchRule ONLY_THE_REGISTRY_KNOWS_JEDIS = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .and()
            .resideOutsideOfPackage("io.moa.registry.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("redis.clients..")
            .because("Redis is asked by the link's threads alone, over its two connections")
            .allowEmptyShould(true);

    static final ArchRule REGISTRY_READS_ENTRIES_TOKEN_BY_TOKEN = noClasses()
            .that()
            .resideInAPackage("io.moa.registry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.caucho..",
                    "com.fasterxml.jackson.databind..",
                    "com.fasterxml.jackson.annotation..",
                    "com.google.protobuf..")
            .because("what strangers wrote into Redis becomes no object but those that a reader of ours makes")
            .allowEmptyShould(true);

    static final ArchRule REGISTRY_STARTS_NO_REDIS = noClasses()
            .that()
            .resideInAPackage("io.moa.registry..")
            .and()
            .resideOutsideOfPackage("io.moa.registry.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.moa.registry.embedded..", "redis.embedded..")
            .because("an application with a Redis of its own brings no second one along")
            .allowEmptyShould(true);

    static final ArchRule RESILIENCE4J_STAYS_IN_ITS_MODULE = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .and()
            .resideOutsideOfPackage("io.moa.resilience4j..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.resilience4j..")
            .because("limits and breakers are decided by the kernel: docs/decisions/0021")
            .allowEmptyShould(true);

    static final ArchRule RESILIENCE4J_GATES_KNOW_ONLY_THE_API = classes()
            .that()
            .resideInAPackage("io.moa.resilience4j..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    with(API, "io.moa.resilience4j..", "io.github.resilience4j..", "java..", "org.jspecify..")))
            .because("it leads from what a project has to a gate, and to nothing behind that")
            .allowEmptyShould(true);

    static final ArchRule TESTKIT_KNOWS_ONLY_THE_API = noClasses()
            .that()
            .resideInAPackage("io.moa.testkit")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.moa.client..",
                    "io.moa.server..",
                    "io.moa.governance..",
                    "io.moa.protocol..",
                    "io.moa.transport..",
                    "io.moa.registry..",
                    "io.moa.testkit.topology..",
                    "io.moa.agent..",
                    "io.moa.node..",
                    "io.moa.cli..")
            .because("every module tests with the testkit, so it can stand on none of them but the API")
            .allowEmptyShould(true);

    static final ArchRule BODIES_ARE_DECODED_IN_ONE_PLACE_OF_EACH_SIDE = noClasses()
            .that()
            .resideOutsideOfPackages("io.moa.protocol.serialize..")
            .and()
            .doNotHaveFullyQualifiedName("io.moa.server.dispatch.ServedCall")
            .and()
            .doNotHaveFullyQualifiedName("io.moa.client.stub.CallStarter")
            .and()
            .doNotHaveFullyQualifiedName("io.moa.client.stub.RuleAnswer$Form") // the bytes are its own, out of a rule
            .should()
            .callMethod(BodyCodec.class, "decode", ByteBuf.class)
            .because("a second way from a peer's bytes to objects is the one that forgets the checks")
            .allowEmptyShould(true);

    static final ArchRule ONLY_SERIALIZERS_KNOW_WHAT_READS_BODIES = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .and()
            .resideOutsideOfPackages(
                    "io.moa.protocol.serialize..", "io.moa.cli..", "io.moa.ops..", "io.moa.registry.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.caucho..", "com.fasterxml.jackson..", "com.google.protobuf..")
            .because(
                    "the limits and the allow list are where the libraries are; the command line reads only what its user"
                            + " typed, the operations agent trees of its own API and no objects; the registry's entries are no"
                            + " bodies, see REGISTRY_READS_ENTRIES_TOKEN_BY_TOKEN")
            .allowEmptyShould(true);

    static final ArchRule NOBODY_READS_JAVA_OBJECT_STREAMS = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInputStream")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.beans.XMLDecoder")
            .because("their bytes choose the classes")
            .allowEmptyShould(true);

    static final ArchRule TOPOLOGY_KNOWS_NO_PROCESS = noClasses()
            .that()
            .resideInAPackage("io.moa.testkit.topology..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.moa.agent..", "io.moa.node..", "io.moa.cli..", "io.moa.transport.netty..")
            .because("a topology puts the parts together itself, and on fake time; a process brings threads of its own")
            .allowEmptyShould(true);

    static final ArchRule NOTHING_THAT_RUNS_KNOWS_THE_TESTKIT = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .and()
            .resideOutsideOfPackage("io.moa.testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.moa.testkit..")
            .because("what tests are made of, JUnit above all, does not belong into production")
            .allowEmptyShould(true);

    static final ArchRule NOBODY_OPENS_THE_HTTP_SERVER_OF_THE_JDK = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.net.httpserver..")
            .because("its connections cannot be bounded for one server: docs/decisions/0013")
            .allowEmptyShould(true);

    static final ArchRule ONLY_HEALTH_LISTENS_BESIDE_THE_TRANSPORT = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .and()
            .resideOutsideOfPackage("io.moa.server.health..")
            .and()
            .resideOutsideOfPackage("io.moa.registry.embedded..") // asks the system for a free port, and accepts nobody
            .and()
            .resideOutsideOfPackage("io.moa.ops..") // stands beside the processes that carry calls, and carries none
            .and()
            .resideOutsideOfPackage(
                    "io.moa.cli.conformance..") // breaks connections on purpose, to see what an SDK does
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.channels.ServerSocketChannel")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.channels.AsynchronousServerSocketChannel")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.net.ServerSocket")
            .because("calls travel over MOA's own protocol; HTTP is for orchestrators, and bounded in one place")
            .allowEmptyShould(true);

    static final ArchRule OPS_LOADS_NOTHING_OF_WHAT_IT_STARTS = classes()
            .that()
            .resideInAPackage("io.moa.ops..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "io.moa.ops..", "java..", "org.jspecify..", "org.slf4j..", "com.fasterxml.jackson.."))
            .because("what supervises an agent must not be of the version that it replaces: docs/decisions/0027");

    static final ArchRule NODE_DOES_NOT_KNOW_ITS_COMMAND = noClasses()
            .that()
            .resideInAnyPackage("io.moa.agent..", "io.moa.ops..", "io.moa.node..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.moa.cli..", "picocli..")
            .because("a process of MOA can be embedded; the command line only starts it")
            .allowEmptyShould(true);

    static final ArchRule NAMES_SAY_WHAT_A_THING_IS = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Context")
            .because("these endings fit anything: name the data with a noun, the function with -er,"
                    + " and put first what is different about an implementation")
            .allowEmptyShould(true);

    static final ArchRule NO_NAME_STARTS_WITH_ABSTRACT = noClasses()
            .that()
            .resideInAPackage("io.moa..")
            .should()
            .haveSimpleNameStartingWith("Abstract")
            .because(
                    "behaviour is added by a small wrapper that knows only what comes next, not by filling in a parent")
            .allowEmptyShould(true);

    private static JavaClasses moa;

    @BeforeAll
    static void readsAllModules() {
        moa = new ClassFileImporter()
                .withImportOption(location -> !location.contains("/test-classes/"))
                .importPackages("io.moa");
    }

    @Test
    void seesEveryModule() {
        for (String module : new String[] {
            "io.moa.invoke",
            "io.moa.governance",
            "io.moa.protocol",
            "io.moa.registry",
            "io.moa.registry.redis",
            "io.moa.registry.embedded",
            "io.moa.client",
            "io.moa.server",
            "io.moa.resilience4j",
            "io.moa.testkit",
            "io.moa.testkit.topology",
            "io.moa.agent",
            "io.moa.ops",
            "io.moa.node",
            "io.moa.cli",
            "io.moa.examples"
        }) {
            DescribedPredicate<JavaClass> inModule = resideInAnyPackage(module + "..");
            assertThat(moa.that(inModule)).as(module).isNotEmpty();
        }
    }

    @Test
    void apiKnowsOnlyJavaAndJspecify() {
        API_KNOWS_ONLY_JAVA_AND_JSPECIFY.check(moa);
    }

    @Test
    void governanceKnowsOnlyTheVocabulary() {
        GOVERNANCE_KNOWS_ONLY_THE_VOCABULARY.check(moa);
    }

    @Test
    void governanceStartsNoThreads() {
        GOVERNANCE_STARTS_NO_THREADS.check(moa);
    }

    @Test
    void governanceReadsNoClock() {
        GOVERNANCE_READS_NO_CLOCK.check(moa);
    }

    @Test
    void protocolKnowsNoPolicy() {
        PROTOCOL_KNOWS_NO_POLICY.check(moa);
    }

    @Test
    void clientDoesNotKnowServer() {
        CLIENT_DOES_NOT_KNOW_SERVER.check(moa);
    }

    @Test
    void serverDoesNotKnowClient() {
        SERVER_DOES_NOT_KNOW_CLIENT.check(moa);
    }

    @Test
    void registryKnowsNeitherClientNorServer() {
        REGISTRY_KNOWS_NEITHER_CLIENT_NOR_SERVER.check(moa);
    }

    @Test
    void onlyTheRegistryKnowsRedis() {
        ONLY_THE_REGISTRY_KNOWS_JEDIS.check(moa);
        REGISTRY_STARTS_NO_REDIS.check(moa);
        REGISTRY_READS_ENTRIES_TOKEN_BY_TOKEN.check(moa);
    }

    @Test
    void resilience4jStaysInItsModule() {
        RESILIENCE4J_STAYS_IN_ITS_MODULE.check(moa);
        RESILIENCE4J_GATES_KNOW_ONLY_THE_API.check(moa);
    }

    @Test
    void testkitKnowsOnlyTheApi() {
        TESTKIT_KNOWS_ONLY_THE_API.check(moa);
    }

    /** RELIABILITY S7. */
    @Test
    void bodiesAreDecodedInOnePlaceOfEachSide() {
        BODIES_ARE_DECODED_IN_ONE_PLACE_OF_EACH_SIDE.check(moa);
        ONLY_SERIALIZERS_KNOW_WHAT_READS_BODIES.check(moa);
        NOBODY_READS_JAVA_OBJECT_STREAMS.check(moa);
    }

    @Test
    void topologyKnowsNoProcess() {
        TOPOLOGY_KNOWS_NO_PROCESS.check(moa);
    }

    @Test
    void nothingThatRunsKnowsTheTestkit() {
        NOTHING_THAT_RUNS_KNOWS_THE_TESTKIT.check(moa);
    }

    @Test
    void onlyHealthSpeaksHttp() {
        NOBODY_OPENS_THE_HTTP_SERVER_OF_THE_JDK.check(moa);
        ONLY_HEALTH_LISTENS_BESIDE_THE_TRANSPORT.check(moa);
    }

    @Test
    void opsLoadsNothingOfWhatItStarts() {
        OPS_LOADS_NOTHING_OF_WHAT_IT_STARTS.check(moa);
    }

    @Test
    void nodeDoesNotKnowItsCommand() {
        NODE_DOES_NOT_KNOW_ITS_COMMAND.check(moa);
    }

    @Test
    void namesSayWhatAThingIs() {
        NAMES_SAY_WHAT_A_THING_IS.check(moa);
    }

    @Test
    void noNameStartsWithAbstract() {
        NO_NAME_STARTS_WITH_ABSTRACT.check(moa);
    }

    private static String[] with(String[] some, String... more) {
        String[] all = java.util.Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }
}
