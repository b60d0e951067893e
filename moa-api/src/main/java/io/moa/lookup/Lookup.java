package io.moa.lookup;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/**
 * Tells where services are, out of the memory of a process that follows a registry. It answers as long as that process
 * lives, its registry gone or not, and every answer says how old its knowledge is ({@link Knowledge}).
 *
 * <p>Services are named {@code [group/]name[:version]}. A name that is none is an {@link IllegalArgumentException}. Answers
 * are bounded: what does not fit is asked for with the next call. Implementations are safe for many threads and never wait.
 */
@MoaService(name = Lookup.NAME, serializer = "json")
@Idempotent
public interface Lookup {

    /** The service's name. */
    String NAME = "io.moa.lookup.Lookup";

    /**
     * Who offers a service.
     *
     * @param service such as {@code shop.Stock}
     * @return the first part of the list, and the whole of it if {@link ServiceNews#next()} is empty
     */
    CompletableFuture<ServiceAnswer> addresses(String service);

    /**
     * The next part of a long list.
     *
     * @param after what {@link ServiceNews#next()} said
     */
    CompletableFuture<ServiceAnswer> addressesAfter(String service, String after);

    /**
     * All services that are known to be offered, in the order of their names.
     *
     * @param after what {@link ServiceList#next()} said, empty for the first part
     */
    CompletableFuture<ServiceList> services(String after);

    /**
     * Says what is new since what the caller has. The answer comes at once if there is something; else as soon as there is,
     * or, with no news, when the wait is over. So a caller that asks again after each answer is told of every change, with
     * one call in flight and without polling.
     *
     * <p>The call waits no longer than three quarters of the caller's own deadline; give it a third more than the wait.
     *
     * @param question what the caller has, and how long it is ready to wait
     */
    @Timeout(millis = 20_000)
    CompletableFuture<News> follow(Question question);
}
