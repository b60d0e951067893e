package io.moa.client;

import io.moa.client.cluster.Clusters;
import io.moa.client.stub.LiveMethods;
import io.moa.governance.rule.RuleBook;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts rules in force for everything that a client calls: the policies of its methods, and the routes of its services. */
final class LiveRules implements Consumer<RuleBook> {

    private static final Logger LOG = LoggerFactory.getLogger(LiveRules.class);

    private final String client;
    private final Clusters clusters;
    private final LiveMethods methods;
    private Map<String, String> told = Map.of(); // the feed tells one book after the other

    LiveRules(String client, Clusters clusters, LiveMethods methods) {
        this.client = client;
        this.clusters = clusters;
        this.methods = methods;
    }

    @Override
    public void accept(RuleBook book) {
        clusters.rules(book);
        methods.rules(book);
        LOG.info("{}: rules of {} are in force: {}", client, book.version(), book);
        Map<String, String> bad = book.bad();
        bad.forEach((id, why) -> {
            if (!why.equals(told.get(id))) {
                LOG.warn("{}: rule {} is not taken as it is stored: {}", client, id, why);
            }
        });
        told = bad;
    }
}
