package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says which of our limits Jackson found passed, since its own message names its settings and counts levels that are ours. */
final class JsonOverLimit {

    private static final Pattern MOST = Pattern.compile("maximum allowed \\((\\d+)");

    private JsonOverLimit() {}

    /** What is over the limit, such as {@code nests deeper than 32 (jsonMaxDepth)}. */
    static String told(StreamConstraintsException e, SerializationLimits limits) {
        String jacksons = String.valueOf(e.getOriginalMessage());
        Matcher most = MOST.matcher(jacksons);
        String number = most.find() ? most.group(1) : "its limit";
        if (jacksons.contains("getMaxNestingDepth")) {
            return "nests deeper than " + limits.jsonMaxDepth() + " (jsonMaxDepth)";
        }
        if (jacksons.contains("getMaxStringLength")) {
            return "has a text of more than " + number + " characters"
                    + (number.equals(String.valueOf(limits.jsonMaxStringChars())) ? " (jsonMaxStringChars)" : "");
        }
        if (jacksons.contains("getMaxNumberLength")) {
            return "has a number of more than " + number + " characters (jsonMaxNumberChars)";
        }
        if (jacksons.contains("getMaxNameLength")) {
            return "has a name of more than " + number + " characters";
        }
        if (jacksons.contains("getMaxTokenCount")) {
            return "has more than " + number + " values and names (10 times maxElements)";
        }
        return "is larger than Jackson reads";
    }
}
