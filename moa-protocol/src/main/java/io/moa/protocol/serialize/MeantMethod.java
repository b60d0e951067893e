package io.moa.protocol.serialize;

import io.moa.internal.Nearest;
import io.moa.internal.UntrustedText;
import io.moa.invoke.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which method of a service a request means, that names it alone and not the types of its parameters. */
public sealed interface MeantMethod {

    /**
     * This one.
     *
     * @param whateverArguments whether it were this one with any others, too
     */
    record Found(NamedMethod method, boolean whateverArguments) implements MeantMethod {}

    /**
     * None, or nobody can tell which.
     *
     * @param status answers the call
     * @param message says why, and what there is
     */
    record Unclear(Status status, String message) implements MeantMethod {}

    /**
     * Finds the method that a request means: the one of its name and signature; without a signature the only one of its name; of several
     * the only one that takes so many arguments, and arguments of these names if they have names.
     *
     * @param methods all methods of the request's service, in any order
     */
    static MeantMethod of(JsonRequest request, List<NamedMethod> methods) {
        NamedMethod only = null;
        boolean several = false;
        for (NamedMethod each : methods) {
            if (!each.id().name().equals(request.method())) {
                continue;
            }
            if (each.id().signature().equals(request.signature()) || each.id().takesAnyParameters()) {
                return new Found(each, true);
            }
            several |= only != null;
            only = each;
        }
        if (only == null) {
            return unknown(request, methods);
        }
        if (request.signature() != null) {
            return new Unclear(
                    Status.UNIMPLEMENTED,
                    request.service() + " has no method "
                            + UntrustedText.shown(request.method() + request.signature(), 200)
                            + " here; of that name there is " + overloads(ofName(request, methods)));
        }
        return several ? ofSeveral(request, ofName(request, methods)) : new Found(only, true);
    }

    private static MeantMethod ofSeveral(JsonRequest request, List<NamedMethod> overloads) {
        List<NamedMethod> fitting =
                overloads.stream().filter(each -> takes(each, request)).toList();
        if (fitting.size() == 1) {
            return new Found(fitting.get(0), false);
        }
        List<String> names = request.argumentNames();
        String came = names == null || names.isEmpty()
                ? request.argumentCount() + " arguments"
                : "arguments named "
                        + names.stream()
                                .map(name -> UntrustedText.shown(name, 64))
                                .collect(Collectors.joining(", "));
        return new Unclear(
                Status.INVALID_ARGUMENT,
                request.service() + " has several methods " + request.method() + ", and "
                        + (fitting.isEmpty() ? "none takes " : fitting.size() + " take ") + came
                        + ": name one with its types, such as \""
                        + overloads.get(0).id() + "\". There is "
                        + overloads(overloads));
    }

    private static boolean takes(NamedMethod method, JsonRequest request) {
        List<String> came = request.argumentNames();
        if (method.parameterCount() != request.argumentCount()) {
            return false;
        }
        List<String> known = method.parameterNames();
        return came == null
                || came.isEmpty()
                || (known != null && Set.copyOf(came).equals(Set.copyOf(known)));
    }

    private static List<NamedMethod> ofName(JsonRequest request, List<NamedMethod> methods) {
        List<NamedMethod> all = new ArrayList<>();
        for (NamedMethod each : methods) {
            if (each.id().name().equals(request.method())) {
                all.add(each);
            }
        }
        return all;
    }

    private static MeantMethod unknown(JsonRequest request, List<NamedMethod> methods) {
        @Nullable
        String nearest = Nearest.of(
                request.method(), methods.stream().map(each -> each.id().name()).toList());
        return new Unclear(
                Status.UNIMPLEMENTED,
                request.service() + " has no method " + UntrustedText.shown(request.method(), 200) + " here"
                        + (nearest == null ? "" : ", perhaps " + nearest + " is meant") + "; its methods are "
                        + overloads(methods));
    }

    private static String overloads(List<NamedMethod> methods) {
        return methods.stream().limit(20).map(NamedMethod::toString).collect(Collectors.joining(", "))
                + (methods.size() > 20 ? " and " + (methods.size() - 20) + " more" : "");
    }
}
