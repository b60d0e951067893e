package io.moa.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.annotation.CallKey;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OneWay;
import io.moa.annotation.Timeout;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.MethodId;
import io.moa.invoke.Permit;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.Serializers;
import io.moa.testkit.Shows;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be exported, and that each export that cannot says why. */
class ServiceExporterTest {

    @MoaService(name = "shop.Stock", group = "north", version = "1")
    public interface Stock {
        int take(String item);

        int take(String item, int count);

        @NonBlocking
        default String greet() {
            return "hello";
        }

        CompletableFuture<Void> later(List<String> items);

        @OneWay
        void note(String text);

        static String notACall() {
            return "static";
        }
    }

    @MoaService
    public interface Prices {
        int price(String item);
    }

    /** A service of which the name is that of the interface. */
    private static final class Shop implements Stock, Prices {
        @Override
        public int take(String item) {
            return 1;
        }

        @Override
        public int take(String item, int count) {
            return count;
        }

        @Override
        public CompletableFuture<Void> later(List<String> items) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void note(String text) {}

        @Override
        public int price(String item) {
            return 2;
        }
    }

    private static class Shelf implements Prices {
        @Override
        public int price(String item) {
            return 3;
        }
    }

    /** Inherits what it offers. */
    private static final class TopShelf extends Shelf {}

    /** Says what only the interface can say. */
    private static final class HastyShelf extends Shelf {
        @Override
        @Timeout(millis = 5)
        public int price(String item) {
            return 4;
        }
    }

    @MoaService
    public interface WithHelper {
        int price(String item);

        @Timeout(millis = 5)
        static void help() {}
    }

    @MoaService
    public interface KeyOfBytes {
        int price(@CallKey("item") byte[] item);
    }

    @MoaService
    public interface KeyOfList {
        int price(@CallKey("items") List<String> items);
    }

    @MoaService
    public interface KeyOfText {
        int price(@CallKey("item") String item);
    }

    @ErrorCode("")
    public static final class Unsaid extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @MoaService
    public interface Unsaying {
        int price(String item) throws Unsaid;
    }

    @MoaService(name = "shop.*")
    public interface Starred {
        int price(String item);
    }

    public interface Plain {
        int price(String item);
    }

    @MoaService
    public interface Nothing {
        static void notACall() {}
    }

    @MoaService
    private interface OddFuture {
        Later later();
    }

    private static class Later extends CompletableFuture<String> {}

    @MoaService
    @SuppressWarnings("rawtypes")
    private interface RawFuture {
        CompletionStage later();
    }

    @MoaService(serializer = "picky")
    public interface Preferred {
        int price(String item);
    }

    /** Carries nothing. */
    private static final class PickySerializer implements Serializer {
        @Override
        public int id() {
            return 200;
        }

        @Override
        public String name() {
            return "picky";
        }

        @Override
        public BodyCodec arguments(List<? extends Type> parameterTypes, AllowList allowed) {
            throw new SerializationException(SerializationException.Reason.UNSUPPORTED, "not " + parameterTypes);
        }

        @Override
        public BodyCodec result(Type type, AllowList allowed) {
            throw new SerializationException(SerializationException.Reason.UNSUPPORTED, "not " + type);
        }
    }

    @MoaService
    public interface OneWayWithResult {
        @OneWay
        int note(String text);
    }

    public interface AnyPrice {
        Number price(String item);
    }

    @MoaService
    public interface NarrowPrice extends AnyPrice {
        @Override
        Integer price(String item);
    }

    @MoaService
    public @interface NoInterface {}

    private final WorkerPool workers = new WorkerPool("Stock", Workers.DEFAULT, System::nanoTime);
    private final Serializers serializers = Serializers.builtIn(SerializationLimits.DEFAULTS);

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void serviceHasTheNameAndMethodsOfItsInterface() throws Throwable {
        ServiceExporter.Exported exported = export(Stock.class, new Shop());
        ServiceId service = new ServiceId("shop.Stock", "north", "1");
        assertThat(exported.published().service()).isEqualTo(service);
        assertThat(exported.published().serializers()).contains("hessian", "json");
        ServiceTable table = new ServiceTable(exported.methods());
        assertThat(exported.methods()).hasSize(5);
        ExportedMethod one = find(table, service, "take(java.lang.String)");
        ExportedMethod two = find(table, service, "take(java.lang.String,int)");
        assertThat((Object) one.handle().invokeExact(new Object[] {"tea"})).isEqualTo(1);
        assertThat((Object) two.handle().invokeExact(new Object[] {"tea", 7})).isEqualTo(7);
        assertThat(find(table, service, "later(java.util.List)").async()).isTrue();
        assertThat(one.async()).isFalse();
    }

    @Test
    void tellsWhatCallersWithoutTheInterfaceNeed() {
        ServiceExporter.Exported exported = export(Stock.class, new Shop());
        assertThat(exported.form().service()).isEqualTo(exported.published().service());
        assertThat(exported.form().methods())
                .extracting(
                        each -> each.named().toString() + " " + each.result().getTypeName())
                .containsExactlyInAnyOrder(
                        "take(java.lang.String item) int",
                        "take(java.lang.String item, int count) int",
                        "greet() java.lang.String",
                        "later(java.util.List items) void",
                        "note(java.lang.String text) void");
        assertThat(exported.warnings()).isEmpty();
    }

    @Test
    void warnsOnceOfAServiceWhoseParametersHaveNoNames(@TempDir Path classes) throws Exception {
        Files.writeString(
                classes.resolve("Nameless.java"),
                "@io.moa.annotation.MoaService public interface Nameless { int price(String item); int sum(int a, int b); void none(); }");
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-proc:none", "-d", "" + classes, "" + classes.resolve("Nameless.java")))
                .isZero();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            ServiceExporter.Exported exported = exportNothing(loader.loadClass("Nameless"));
            assertThat(exported.warnings())
                    .singleElement()
                    .asString()
                    .startsWith(
                            "The names of parameters of Nameless are not known (price(String), sum(int, int)), so callers");
            assertThat(exported.form().methods())
                    .filteredOn(each -> each.named().parameterNames() == null)
                    .hasSize(2);
        }
    }

    /** With an implementation that nobody calls. */
    private <S> ServiceExporter.Exported exportNothing(Class<S> type) {
        return export(
                type,
                type.cast(Proxy.newProxyInstance(
                        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> 0)));
    }

    /** Without workers it is run by whoever brings the call, which is the event loop. */
    @Test
    @Shows("non-blocking")
    void aMethodHasWorkersUnlessItNeverBlocks() {
        ServiceTable table = new ServiceTable(export(Stock.class, new Shop()).methods());
        ServiceId service = new ServiceId("shop.Stock", "north", "1");
        assertThat(find(table, service, "take(java.lang.String)").workers()).isSameAs(workers);
        assertThat(find(table, service, "greet()").workers()).isNull();
    }

    @Test
    void groupAndVersionOfTheExportReplaceThoseOfTheAnnotation() {
        ServiceExporter.Exported exported =
                ServiceExporter.export(Stock.class, new Shop(), terms(List.copyOf(serializers.all()), "south", "2"));
        assertThat(exported.published().service()).isEqualTo(new ServiceId("shop.Stock", "south", "2"));
        assertThat(export(Prices.class, new Shop()).published().service())
                .isEqualTo(ServiceId.of(Prices.class.getName()));
    }

    @Test
    void fingerprintChangesWithTheMethodsAndNotWithTheImplementation() {
        String one = export(Prices.class, new Shop()).published().contract();
        assertThat(export(Prices.class, new TopShelf()).published().contract()).isEqualTo(one);
        assertThat(export(Stock.class, new Shop()).published().contract()).isNotEqualTo(one);
    }

    @Test
    void serviceThatNarrowsAnInheritedResultHasTheMethodOnce() {
        ServiceExporter.Exported exported = export(NarrowPrice.class, item -> 4);
        assertThat(exported.methods()).hasSize(1);
        assertThat(new ServiceTable(exported.methods()).methods()).hasSize(1);
    }

    @Test
    void annotatedInterfaceIsFoundAlsoThroughAParentClass() {
        assertThat(ServiceExporter.interfaceOf(new TopShelf())).isEqualTo(Prices.class);
    }

    @Test
    void classWithoutServiceSaysWhereTheAnnotationStands() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceExporter.interfaceOf("text"))
                .withMessage("java.lang.String implements no interface with @MoaService. The annotation stands on the"
                        + " interface that caller and provider share, not on the class.");
    }

    @Test
    void classWithTwoServicesSaysWhichAndHowToChoose() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceExporter.interfaceOf(new Shop()))
                .withMessage(Shop.class.getName() + " implements several services, " + Prices.class.getName() + " and "
                        + Stock.class.getName() + "; say which: export(TheInterface.class, implementation)");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void implementationThatIsNoneIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceExporter.interfaceOf(null))
                .withMessage("A service needs an implementation, not null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Stock.class, null))
                .withMessage("The service " + Stock.class.getName() + " needs an object that implements it, not null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export((Class) Stock.class, "text"))
                .withMessage("The service " + Stock.class.getName()
                        + " needs an object that implements it, not a java.lang.String");
    }

    @Test
    void typeThatIsNoServiceIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Plain.class, item -> 1))
                .withMessage(
                        Plain.class.getName() + " must be an interface with @MoaService to be exported as a service");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Shop.class, new Shop()))
                .withMessageContaining("must be an interface with @MoaService");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Nothing.class, new Nothing() {}))
                .withMessage(Nothing.class.getName() + " has no method to call");
    }

    @Test
    void asynchronousMethodMustReturnAFutureOfSomething() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(OddFuture.class, Later::new))
                .withMessageContaining(OddFuture.class.getName() + ".later returns ")
                .withMessageEndingWith("; an asynchronous method returns CompletableFuture<T> or CompletionStage<T>");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(RawFuture.class, CompletableFuture::new))
                .withMessageContaining(RawFuture.class.getName() + ".later returns ");
    }

    @Test
    void oneWayMethodWithAResultIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(OneWayWithResult.class, text -> 1))
                .withMessageContaining("@OneWay on OneWayWithResult.note")
                .withMessageContaining("expected: @OneWay void note(...)");
    }

    @Test
    void policyOnTheImplementingClassIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Prices.class, new HastyShelf()))
                .withMessage("@Timeout on HastyShelf.price has no effect: a provider goes by the annotations of the"
                        + " interface that both sides share; expected it on Prices.price");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(WithHelper.class, item -> 1))
                .withMessageContaining("@Timeout on WithHelper.help has no effect: a static method");
    }

    @Test
    void callKeyThatNoCallerCouldReadIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(KeyOfBytes.class, item -> 1))
                .withMessage(
                        "The call key item of KeyOfBytes.price leads to a byte[]; expected a text, number, boolean,"
                                + " character, enum or UUID, or a path that goes on to one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(KeyOfList.class, items -> 1))
                .withMessageContaining("The call key items of KeyOfList.price leads to a java.util.List; expected");
        assertThat(export(KeyOfText.class, item -> 1).methods()).hasSize(1);
    }

    @Test
    void errorCodeThatIsNoneIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Unsaying.class, item -> 1))
                .withMessageContaining(
                        "@ErrorCode(\"\") on Unsaid, for an exception that Unsaying.price declares, names"
                                + " nothing");
    }

    @Test
    void nameThatRulesWouldTakeForManyIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Starred.class, item -> 1))
                .withMessageContaining("The name of the service Starred, shop.*, has a '*'");
    }

    @Test
    void signatureThatThePreferredSerializerCannotCarryIsSaid() {
        Serializers withPicky = serializers.plus(new PickySerializer());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Preferred.class, item -> 1, withPicky.all()))
                .withMessage(Preferred.class.getName() + ".price cannot be carried by its serializer picky: not"
                        + " [class java.lang.String]");
    }

    @Test
    void serializerThatCannotCarryASignatureIsNotOfferedForIt() {
        Serializers withPicky = serializers.plus(new PickySerializer());
        ServiceExporter.Exported exported = export(Prices.class, item -> 1, withPicky.all());
        assertThat(exported.published().serializers())
                .contains("hessian", "json")
                .doesNotContain("picky");
        assertThat(exported.methods().get(0).codecs()).containsKeys(1, 2).doesNotContainKey(200);
    }

    @Test
    void signatureThatNoOfferedSerializerCanCarryIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> export(Prices.class, item -> 1, List.of(new PickySerializer())))
                .withMessage(Prices.class.getName() + ".price cannot be carried by any serializer that the service is"
                        + " offered in; picky: not [class java.lang.String]");
    }

    private <S> ServiceExporter.Exported export(Class<S> type, @Nullable S implementation) {
        return export(type, implementation, serializers.all());
    }

    private <S> ServiceExporter.Exported export(
            Class<S> type, @Nullable S implementation, Collection<Serializer> offered) {
        return ServiceExporter.export(type, implementation, terms(List.copyOf(offered), "", ""));
    }

    private ServiceExporter.Terms terms(List<Serializer> offered, String group, String version) {
        return new ServiceExporter.Terms(
                offered,
                List.of(),
                workers,
                call -> Permit.FREE,
                service -> PolicySettings.NONE,
                Ticker.system(),
                QuotaRounds.alone(Ticker.system()),
                group,
                version);
    }

    private static ExportedMethod find(ServiceTable table, ServiceId service, String method) {
        ExportedMethod found = table.find(service, MethodId.parse(method));
        assertThat(found).as(method).isNotNull();
        return found;
    }
}
