package io.moa.governance.route;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.NaiveRules;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RoutedRule;
import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The walk without a tree. It knows the order of the table and the form of the rules. */
record NaiveRoutes(RouteTable table, Map<String, Map<String, Object>> rules, LocalProcess process) {

    Object of(Invocation call, List<Instance> instances, Random lots) {
        List<Instance> left = instances;
        for (RoutedRule each : table.rules()) {
            String id = each.rule().id();
            Map<String, Object> plain =
                    rules.containsKey(id) ? rules.get(id) : each.rule().toPlain();
            if (!NaiveRules.matches(id, plain, call)) {
                continue;
            }
            if (plain.containsKey("deny") || plain.containsKey("answer")) {
                return (plain.containsKey("deny") ? "denied by " : "answered by ") + id;
            }
            if (plain.containsKey("redirect")) {
                String target = led(id, plain, call, lots);
                if (RandomRoutesTest.isOffered(ServiceId.parse(target))) {
                    return "led to " + target + " by " + id;
                }
                if (!target.equals(STAYS) && "refuse".equals(plain.get("otherwise"))) {
                    return "nobody by " + id;
                }
                continue;
            }
            if (instances.isEmpty()) {
                continue;
            }
            List<Instance> next = narrowed(id, plain, left, call, lots);
            if (next == null) {
                continue;
            }
            if (!next.isEmpty()) {
                left = next;
            } else if ("refuse".equals(plain.get("otherwise"))) {
                return "nobody by " + id;
            }
        }
        return left.stream().map(Instance::uuid).collect(Collectors.toSet());
    }

    private static final String STAYS = RandomRules.SERVICE.toString();

    /** To which service a rule leads a call, which may be the one where it is. */
    private static String led(String id, Map<String, Object> plain, Invocation call, Random lots) {
        Map<?, ?> redirect = (Map<?, ?>) plain.get("redirect");
        String target = (String) redirect.get("service");
        Object percent = redirect.get("percent");
        int hundredths = percent == null ? 10_000 : (int) (((Number) percent).doubleValue() * 100);
        String sticky = (String) plain.get("sticky");
        String value = sticky == null ? null : NaiveRules.fact(sticky, call);
        if (target.equals(STAYS)) {
            return STAYS;
        }
        int place = value != null
                ? NaiveRules.place(id, "share", value, 10_000)
                : hundredths == 10_000 ? 0 : lots.nextInt(10_000);
        return place < hundredths ? target : STAYS;
    }

    private @Nullable List<Instance> narrowed(
            String id, Map<String, Object> plain, List<Instance> left, Invocation call, Random lots) {
        String tag = call.baggage().tag();
        List<Map<?, ?>> to = new ArrayList<>();
        List<Integer> shares = new ArrayList<>();
        for (Object each : (List<?>) plain.get("to")) {
            Map<?, ?> destination = (Map<?, ?>) each;
            Object share = destination.get("share");
            boolean here = NaiveRules.isSaid((Map<?, ?>) destination.get("where"), process, "any");
            to.add((Map<?, ?>) destination.get("where"));
            shares.add(!here ? 0 : share == null ? 100 : ((Number) share).intValue());
        }
        int sum = shares.stream().mapToInt(Integer::intValue).sum();
        if (sum == 0) {
            return null;
        }
        int chosen = 0;
        if (to.size() > 1) {
            String sticky = (String) plain.get("sticky");
            String value = sticky == null ? null : NaiveRules.fact(sticky, call);
            int point = value == null ? lots.nextInt(sum) : NaiveRules.place(id, "share", value, sum);
            while (point >= shares.get(chosen)) {
                point -= shares.get(chosen++);
            }
        }
        boolean asked = false;
        for (int i = 0; i < to.size(); i++) {
            int at = (chosen + i) % to.size();
            if (shares.get(at) == 0 || !NaiveRules.isSaid(to.get(at), process, tag)) {
                continue;
            }
            asked = true;
            List<Instance> there = left.stream()
                    .filter(each -> NaiveRules.names(id, to.get(at), each, process, tag))
                    .toList();
            if (!there.isEmpty()) {
                return there;
            }
        }
        return asked ? List.of() : null;
    }
}
