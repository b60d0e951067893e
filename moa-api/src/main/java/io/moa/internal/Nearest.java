package io.moa.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which known name a misspelt one may mean. */
public final class Nearest {

    private static final int LONGEST = 64;

    private Nearest() {}

    /** The known name that fewest changes of a character away is; null if that takes more than a third of the characters. */
    public static @Nullable String of(String said, List<String> known) {
        if (said.length() > LONGEST) {
            return null;
        }
        String nearest = null;
        int fewest = Math.max(1, said.length() / 3) + 1;
        for (String each : known) {
            int changes = changes(said, each);
            if (changes < fewest) {
                fewest = changes;
                nearest = each;
            }
        }
        return nearest;
    }

    /** V. Levenshtein's distance: how many characters are inserted, left out or replaced. */
    public static int changes(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
