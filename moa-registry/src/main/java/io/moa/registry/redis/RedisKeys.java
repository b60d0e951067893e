package io.moa.registry.redis;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;

/**
 * The names of the keys and channels of one registry; those that only scripts use, letters and removals, stand in {@link
 * WatchScripts}. The prefix stands in braces, so that a Cluster keeps all keys in one slot. What each holds, and who writes it:
 * {@code docs/registry.md}.
 */
record RedisKeys(String prefix) {

    private String key(String rest) {
        return "{" + prefix + "}:" + rest;
    }

    /** A pattern for all of them, for ACLs alone. */
    String all() {
        return key("*");
    }

    /** A pattern for the members of all services, for ACLs alone. */
    String membersPattern() {
        return key("s:*");
    }

    /** uuid → what the process says of itself. */
    String processes() {
        return key("p");
    }

    /** uuid → the revision of that. */
    String revisions() {
        return key("r");
    }

    /** The lease of a process, which expires: its revision, how long a lease lasts and how often it is renewed, in milliseconds. */
    String lease(String uuid) {
        return key("l:" + uuid);
    }

    /** uuid → empty, for all that offer the service. */
    String members(ServiceId service) {
        return key("s:" + service);
    }

    /** service → empty, for all that were ever offered. */
    String services() {
        return key("services");
    }

    /** What changed in a service, in order. */
    String log(ServiceId service) {
        return key("g:" + service);
    }

    /** The channel of "look now" for a service. */
    String hint(ServiceId service) {
        return key("h:" + service);
    }

    /** What changed in any process, in order. */
    String logOfAll() {
        return key("g");
    }

    /** The channel of "look now" for all processes. */
    String hintOfAll() {
        return key("h");
    }

    /** uuid → a watcher's mark. */
    String marks() {
        return key("m");
    }

    /** uuid → an operator's decision. */
    String decisions() {
        return key("o");
    }

    /** place → an operator's decision, for whatever runs there next. */
    String placeDecisions() {
        return key("oa");
    }

    /** The field of a process's place in {@link #placeDecisions()}; empty if it has no address. */
    static String place(Instance instance) {
        return instance.addresses().isEmpty()
                ? ""
                : place(instance.application(), instance.addresses().get(0));
    }

    private static String place(String application, Address first) {
        return application + " " + first;
    }

    String rules() {
        return key("rules");
    }

    String settings() {
        return key("settings");
    }

    /** What changed in rules and settings, in order, with the authors. */
    String ruleLog() {
        return key("rules:g");
    }

    String ruleHint() {
        return key("rules:h");
    }

    /** What all names begin with; scripts make theirs from it. */
    String base() {
        return key("");
    }

    /** watcher → whether it is fit; the leases of the watchers stand beside it. */
    String watchers() {
        return key("ws");
    }

    /** consumer → what it cannot reach about this process. */
    String complaints(String uuid) {
        return key("wc:" + uuid);
    }

    /** Why a process was marked and unmarked. */
    String evidence(String uuid) {
        return key("e:" + uuid);
    }

    /** The lease of a watcher. */
    String watcher(String name) {
        return key("w:" + name);
    }

    /** Part of the instances → the watcher that looks after it, and its fence. */
    String parts() {
        return key("wp");
    }

    /** A counter: each takeover of a part has a higher fence than the one before. */
    String fence() {
        return key("fence");
    }

    /** What is left of a quota, and who shares it. */
    String quota(String name) {
        return key("q:" + name);
    }

    /** The text of a contract. */
    String contract(String fingerprint) {
        return key("c:" + fingerprint);
    }
}
