package io.moa.node.lookup;

import io.moa.discovery.ServiceId;
import io.moa.invoke.CallScope;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import io.moa.lookup.Knowledge;
import io.moa.lookup.Lookup;
import io.moa.lookup.LookupState;
import io.moa.lookup.News;
import io.moa.lookup.Question;
import io.moa.lookup.ServiceAnswer;
import io.moa.lookup.ServiceList;
import io.moa.lookup.ServiceNews;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The lookup's answers, out of its catalogue. Never waits. Safe for many threads. */
final class LookupService implements Lookup, Followers.Teller {

    /** A lookup that knows nothing lets its followers hang no longer: another one may know. */
    private static final long IGNORANT_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int LIST_PART = 1_000;

    private final LookupCatalogue catalogue;
    private final String edition;
    private final LookupConfig config;
    private final Ticker ticker;
    private final LongSupplier asOfNanos;
    private final Followers followers;
    private final AtomicLong answers = new AtomicLong();

    /**
     * A service over a catalogue.
     *
     * @param edition names this life of the catalogue
     * @param asOfNanos when the registry confirmed last what is known, on the ticker
     * @param scheduler ends the waiting
     * @param executor makes the answers of calls that hung
     */
    LookupService(
            LookupCatalogue catalogue,
            String edition,
            LookupConfig config,
            Ticker ticker,
            LongSupplier asOfNanos,
            Scheduler scheduler,
            Executor executor) {
        this.catalogue = catalogue;
        this.edition = edition;
        this.config = config;
        this.ticker = ticker;
        this.asOfNanos = asOfNanos;
        this.followers = new Followers(config, this, scheduler, executor);
    }

    Followers followers() {
        return followers;
    }

    /** How many questions were answered at once. */
    long answers() {
        return answers.get();
    }

    /** How old the knowledge is; -1 while there is none. */
    long ageMillis() {
        return catalogue.isKnown()
                ? TimeUnit.NANOSECONDS.toMillis(Math.max(0, ticker.nanos() - asOfNanos.getAsLong()))
                : -1;
    }

    /** One more question was answered, or refused, at once. */
    void count() {
        answers.incrementAndGet();
    }

    Knowledge knowledge(LookupState wanted) {
        LookupState state = wanted;
        if (followers.isLeaving()) {
            state = LookupState.LEAVING;
        } else if (state == LookupState.KNOWN && !catalogue.isKnown()) {
            state = LookupState.UNKNOWN;
        }
        return new Knowledge(state, edition, ageMillis(), catalogue.source());
    }

    @Override
    public CompletableFuture<ServiceAnswer> addresses(String service) {
        return addressesAfter(service, "");
    }

    @Override
    public CompletableFuture<ServiceAnswer> addressesAfter(String service, String after) {
        String name = nameOf(service);
        answers.incrementAndGet();
        // The knowledge first: what is read after it is not older than it says.
        Knowledge knowledge = knowledge(LookupState.KNOWN);
        ServiceNews news = catalogue.isKnown()
                ? new Parts(config).list(name, catalogue.rows(name), after == null ? "" : after)
                : new ServiceNews(name, 0, true, List.of(), List.of(), List.of(), "");
        return CompletableFuture.completedFuture(new ServiceAnswer(knowledge, news));
    }

    @Override
    public CompletableFuture<ServiceList> services(String after) {
        answers.incrementAndGet();
        Knowledge knowledge = knowledge(LookupState.KNOWN);
        List<ServiceList.Offered> offered = new ArrayList<>();
        String next = "";
        for (Map.Entry<String, ServiceRows> each : catalogue.behind(after == null ? "" : after)) {
            ServiceRows rows = each.getValue();
            if (rows.size() == 0) {
                continue;
            }
            if (offered.size() == LIST_PART) {
                next = offered.get(LIST_PART - 1).service();
                break;
            }
            offered.add(new ServiceList.Offered(each.getKey(), rows.size(), rows.usable()));
        }
        return CompletableFuture.completedFuture(new ServiceList(knowledge, offered, next));
    }

    @Override
    public CompletableFuture<News> follow(Question asked) {
        if (asked == null) {
            throw new IllegalArgumentException("Which services are followed? A question names them");
        }
        if (asked.services().size() > config.maxServices()) {
            throw new IllegalArgumentException("A call may follow " + config.maxServices() + " services, not "
                    + asked.services().size() + ": follow only what is called, or ask in several calls");
        }
        if (asked.follower().length() > 200) {
            throw new IllegalArgumentException("The name of a follower has up to 200 characters, not "
                    + asked.follower().length());
        }
        Question question = understood(asked);
        News news = followers.isLeaving() ? nothing(LookupState.LEAVING) : news(question);
        CallScope scope = CallScope.current();
        long wait = waitNanos(asked.waitMillis(), scope);
        if (news == null && wait <= 0) {
            news = nothing(LookupState.KNOWN);
        }
        if (news != null) {
            answers.incrementAndGet();
            return CompletableFuture.completedFuture(news);
        }
        Cancellation cancellation = scope == null ? null : scope.cancellation();
        return followers.hang(question, wait, cancellation);
    }

    private long waitNanos(long askedMillis, @Nullable CallScope scope) {
        long wait = TimeUnit.MILLISECONDS.toNanos(
                Math.min(Math.max(0, askedMillis), config.maxWait().toMillis()));
        if (scope != null && !scope.deadline().isNone()) {
            wait = Math.min(wait, scope.deadline().remainingNanos(ticker.nanos()) / 4 * 3); // the rest is for the way
        }
        return catalogue.isKnown() ? wait : Math.min(wait, IGNORANT_WAIT_NANOS);
    }

    /** The question in this lookup's own words: revisions of another one mean nothing here. */
    private Question understood(Question asked) {
        boolean mine = asked.edition().equals(edition);
        long latest = catalogue.revision();
        Map<String, Question.Held> held = new LinkedHashMap<>();
        for (Question.Held each : asked.services()) {
            String name = nameOf(each.service());
            boolean possible = mine && each.revision() > 0 && each.revision() <= latest;
            held.put(name, new Question.Held(name, possible ? each.revision() : 0, mine ? each.after() : ""));
        }
        return new Question(asked.follower(), edition, 0, List.copyOf(held.values()));
    }

    private static String nameOf(String service) {
        if (service == null || service.isEmpty()) {
            throw new IllegalArgumentException("Which service? It is written [group/]name[:version]");
        }
        return ServiceId.parse(service).toString();
    }

    @Override
    public @Nullable News news(Question question) {
        if (!catalogue.isKnown()) {
            return null;
        }
        Knowledge knowledge = knowledge(LookupState.KNOWN);
        Parts parts = new Parts(config);
        List<ServiceNews> news = new ArrayList<>();
        boolean more = false;
        for (Question.Held held : question.services()) {
            if (!parts.hasRoom()) {
                more = true;
                break;
            }
            ServiceNews one = parts.news(held.service(), catalogue.rows(held.service()), held);
            if (one != null) {
                news.add(one);
            }
        }
        return news.isEmpty() ? null : new News(knowledge, news, more);
    }

    @Override
    public News nothing(LookupState state) {
        return new News(knowledge(state), List.of(), false);
    }
}
