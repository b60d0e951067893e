package io.moa.registry.quota;

import io.moa.discovery.QuotaSource.Ask;
import io.moa.discovery.QuotaSource.Share;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The calls of one quota that nobody has been given yet, and who shares it. Calls flow into the pool as the quota says and leave it as shares,
 * so the sum of all shares holds whatever is known of the members. Who gets how much follows demand: who wants less than an equal part gets
 * what it wants, and the others share the rest alike (max-min fairness; Bertsekas and Gallager, Data Networks, 6.5.2).
 *
 * <p>The same arithmetic stands in the language of Redis in {@code QuotaScript}; a test compares both. Not safe for threads.
 */
public final class QuotaPool {

    /** So much of the quota the pool holds, in seconds; what flows in beyond that is lost. */
    static final double POOL_SECONDS = 0.25;

    /** For so long a member is given calls ahead, in seconds: two of the usual questions. */
    static final double AHEAD_SECONDS = 0.2;

    /** What a new pool begins with, in seconds of the quota. */
    static final double FIRST_SECONDS = 0.1;

    /** How often it is worked out who gets how much. */
    static final long LEVEL_MILLIS = 100;

    /** Who has not asked for so long takes part no more. */
    static final long MEMBER_MILLIS = 3_000;

    /** A member that asks late has earned for so long at most, in milliseconds. */
    static final long EARNING_MILLIS = 500;

    private static final double ROUNDING = 1e-6;

    private static final class Member {
        double wanted;
        long seenAt;
        double earned;
    }

    private final Map<String, Member> members = new HashMap<>();
    private boolean begun;
    private double calls;
    private long atMillis;
    private double level;
    private double spare;
    private long leveledAt;

    /**
     * Gives a member its share.
     *
     * @param nowMillis the time; that of the pool, and of no member
     */
    public Share take(Ask ask, long nowMillis) {
        double perSecond = ask.perSecond();
        double room = Math.max(2, perSecond * POOL_SECONDS);
        if (!begun || nowMillis < atMillis) { // a clock that was set back begins anew
            begun = true;
            calls = Math.max(1, perSecond * FIRST_SECONDS);
            atMillis = nowMillis;
            leveledAt = nowMillis - LEVEL_MILLIS;
            members.clear();
        }
        calls = Math.min(room, calls + perSecond * (nowMillis - atMillis) / 1e3 + Math.max(0, ask.returned()));
        atMillis = nowMillis;
        Member member = members.get(ask.member());
        boolean first = member == null;
        if (member == null) {
            member = new Member();
            member.seenAt = nowMillis;
            members.put(ask.member(), member);
        }
        double earning = Math.min(EARNING_MILLIS, nowMillis - member.seenAt) / 1e3;
        member.wanted = ask.wanted();
        member.seenAt = nowMillis;
        if (first || nowMillis - leveledAt >= LEVEL_MILLIS) {
            level(perSecond, nowMillis);
        }
        double share = Math.min(member.wanted, level) + spare;
        double ahead = share * AHEAD_SECONDS;
        if (member.wanted > 0 || members.size() <= perSecond) {
            ahead = Math.max(1, ahead); // else who is called seldom would be refused each time
        }
        member.earned = Math.min(Math.max(1, ahead), member.earned + (first ? ahead : share * earning));
        long needed = (long) Math.floor(ahead + ROUNDING) - ask.held();
        if (needed <= 0) {
            return new Share(needed, members.size());
        }
        double forAll = Math.max(0, calls - room / 2); // nobody else came for it
        long given = (long)
                Math.floor(Math.min((double) needed, Math.min(calls, Math.max(member.earned, forAll))) + ROUNDING);
        calls -= given;
        member.earned = Math.max(0, member.earned - given);
        return new Share(given, members.size());
    }

    /** Works out how much who wants most may have, and what is left if nobody wants more. */
    private void level(double perSecond, long nowMillis) {
        leveledAt = nowMillis;
        members.values().removeIf(each -> nowMillis - each.seenAt > MEMBER_MILLIS);
        double[] wanted =
                members.values().stream().mapToDouble(each -> each.wanted).toArray();
        Arrays.sort(wanted);
        double left = perSecond;
        for (int i = 0; i < wanted.length; i++) {
            double alike = left / (wanted.length - i);
            if (wanted[i] > alike) {
                level = alike;
                spare = 0;
                return;
            }
            left -= wanted[i];
        }
        level = perSecond;
        spare = left / wanted.length;
    }

    /** When somebody asked last. */
    public long askedAtMillis() {
        return atMillis;
    }
}
