package io.moa.server.resp;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.plan.WarmUp;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.AddressList;
import io.moa.transport.RespAnswer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code MOA.LOOKUP <service> [JSON]}. What it made of a list it keeps as long as that list is the latest, so that many who ask cost
 * little. Safe for many threads.
 */
final class LookupAnswers {

    /** So many processes one answer has at most. */
    static final int MAX_PLACES = 2_000;

    /** So many characters, about, one answer has at most. */
    private static final int MAX_CHARS = 1_000_000;

    /** Of so many services the answer is kept: those asked for last. */
    private static final int MAX_KEPT = 64;

    /** So many processes that warm up are remembered. */
    private static final int MAX_WARMING = 10_000;

    /** An answer with processes that warm up is as good as new so long. */
    private static final long WARMING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final String USAGE = "MOA.LOOKUP <service> [JSON], such as MOA.LOOKUP shop.Stock";

    private final RespLookup lookup;
    private final Ticker ticker;
    private final LongSupplier wallMillis;

    // Guarded by this.
    private final Map<ServiceId, Kept> kept = latest(MAX_KEPT);
    private final Map<String, Long> warmingSince = latest(MAX_WARMING);

    private record Kept(
            String edition, long revision, boolean warming, long atNanos, List<String> addresses, String json) {}

    LookupAnswers(RespLookup lookup, Ticker ticker, LongSupplier wallMillis) {
        this.lookup = lookup;
        this.ticker = ticker;
        this.wallMillis = wallMillis;
    }

    private static <K, V> Map<K, V> latest(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    /** What a client is told. */
    RespAnswer answer(List<String> arguments) {
        boolean json = arguments.size() == 2
                && arguments.get(1).toUpperCase(Locale.ROOT).equals("JSON");
        if (arguments.size() != 1 && !json) {
            return new RespAnswer.Refusal(USAGE);
        }
        ServiceId service;
        try {
            service = ServiceId.parse(arguments.get(0));
        } catch (IllegalArgumentException e) {
            return new RespAnswer.Refusal(String.valueOf(e.getMessage()));
        }
        RespLookup.Found found = lookup.find(service);
        if (found instanceof RespLookup.NotNow notNow) {
            return new RespAnswer.Refusal(RespAnswer.Refusal.TRY_AGAIN, notNow.why());
        }
        if (found instanceof RespLookup.Never never) {
            return new RespAnswer.Refusal(never.why());
        }
        RespLookup.Known known = (RespLookup.Known) found;
        Kept ready = ready(service, known);
        return json
                ? new RespAnswer.Text(ready.json + ",\"ageMs\":" + known.ageMillis() + "}")
                : new RespAnswer.Texts(ready.addresses);
    }

    private synchronized Kept ready(ServiceId service, RespLookup.Known known) {
        long now = ticker.nanos();
        Kept before = kept.get(service);
        if (before != null
                && before.edition.equals(known.edition())
                && before.revision == known.revision()
                && (!before.warming || now - before.atNanos < WARMING_NANOS)) {
            return before;
        }
        Kept made = make(service, known, now);
        kept.put(service, made);
        return made;
    }

    /** One who is registered, and what it weighs now. */
    private record Ranked(Snapshot.Entry entry, String address, AddressList.State state, int weight) {

        AddressList.Place place() {
            Instance as = entry.instanceAsDecided();
            return new AddressList.Place(address, as.uuid(), as.application(), state, weight, as.labels());
        }
    }

    /** Those that may be called come first, the suspected last among them; then who takes the most. */
    private static final Comparator<Ranked> PREFERRED = Comparator.comparing(
                    (Ranked each) -> each.weight == 0 ? AddressList.State.DISABLED : each.state)
            .thenComparing(each -> -each.weight)
            .thenComparing(each -> each.entry.instance().uuid());

    private Kept make(ServiceId service, RespLookup.Known known, long now) {
        boolean warming = false;
        Map<String, Ranked> byAddress = new HashMap<>();
        for (Snapshot.Entry entry : known.entries()) {
            String address = address(entry.instance());
            if (address == null) {
                continue; // no client of Redis finds its way there
            }
            int full = fullWeight(entry);
            int weight = weight(entry.instance(), full, now);
            warming |= weight < full;
            Ranked one = new Ranked(entry, address, state(entry), weight);
            byAddress.merge(address, one, LookupAnswers::whoIsThere);
        }
        List<Ranked> ranked = new ArrayList<>(byAddress.values());
        ranked.sort(PREFERRED);
        List<AddressList.Place> places = new ArrayList<>();
        int chars = 0;
        for (Ranked each : ranked) {
            AddressList.Place place = each.place();
            chars += place.roughSize();
            if (places.size() == MAX_PLACES || (chars > MAX_CHARS && !places.isEmpty())) {
                break;
            }
            places.add(place);
        }
        AddressList list = new AddressList(
                service.toString(),
                known.edition(),
                known.revision(),
                known.source(),
                known.complete() && places.size() == ranked.size(),
                places);
        String json = list.toJson();
        String open = json.substring(0, json.length() - 1); // the age follows
        return new Kept(known.edition(), known.revision(), warming, now, list.addresses(), open);
    }

    /** Of two that say they are at one address only one can be: who may be called, and of those who started later. */
    private static Ranked whoIsThere(Ranked one, Ranked other) {
        if (one.entry.usable() != other.entry.usable()) {
            return one.entry.usable() ? one : other;
        }
        long first = one.entry.instance().startedAtEpochMillis();
        long second = other.entry.instance().startedAtEpochMillis();
        return second >= first ? other : one;
    }

    private static AddressList.State state(Snapshot.Entry entry) {
        if (entry.operator().offline()) {
            return AddressList.State.DISABLED;
        }
        return switch (entry.liveness()) {
            case ONLINE -> AddressList.State.ONLINE;
            case SUSPECT -> AddressList.State.SUSPECT;
            case OFFLINE -> AddressList.State.OFFLINE;
        };
    }

    private static int fullWeight(Snapshot.Entry entry) {
        Integer decided = entry.operator().weight();
        return decided != null ? decided : entry.instance().weight();
    }

    /** As clients reckon it: by the instance's own clock, which may be wrong, but as old as it has been seen here. */
    private int weight(Instance instance, int full, long now) {
        long warmUp = instance.warmUpMillis();
        long age = wallMillis.getAsLong() - instance.startedAtEpochMillis();
        if (warmUp == 0 || age >= warmUp) {
            return full;
        }
        Long since = warmingSince.get(instance.uuid());
        if (since == null) {
            warmingSince.put(instance.uuid(), now);
            since = now;
        }
        long seen = TimeUnit.NANOSECONDS.toMillis(now - since);
        return WarmUp.weight(full, warmUp, WarmUp.ageMillis(instance, false, seen, wallMillis.getAsLong()));
    }

    private static @Nullable String address(Instance instance) {
        for (Address each : instance.addresses()) {
            if (each instanceof Address.Tcp tcp) {
                return tcp.toString().substring("tcp://".length());
            }
        }
        return null;
    }
}
