package io.moa.governance.policy;

import java.util.List;

/**
 * What the form of a method makes impossible: a call key that leads nowhere from its arguments, say. Only whoever knows the Java types of
 * the method can tell, so the kernel asks. Safe for many threads; throws nothing.
 */
@FunctionalInterface
public interface MethodForm {

    /** Of a method whose types are not known: nothing is said against any value. */
    MethodForm UNKNOWN = policy -> List.of();

    /** The values of a policy that the method cannot have, each with the reason; empty if all is well. */
    List<PolicyConflict> conflicts(MethodPolicy policy);
}
