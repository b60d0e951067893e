package io.moa.benchmarks.parts;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A page of 15 users with 12 fields each, one of them 19 numbers: what services send all day. */
public final class UserPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private int total;
    private List<User> users = new ArrayList<>();

    public List<User> users() {
        return users;
    }

    public int total() {
        return total;
    }

    static UserPage sample() {
        UserPage page = new UserPage();
        page.total = 1_500;
        for (int i = 0; i < 15; i++) {
            page.users.add(new User(i));
        }
        return page;
    }

    static UserPage of(int total, List<User> users) {
        UserPage page = new UserPage();
        page.total = total;
        page.users = users;
        return page;
    }

    /** One user. */
    public static final class User implements Serializable {

        private static final long serialVersionUID = 1L;

        long id;
        String name = "";
        String email = "";
        String phone = "";
        int age;
        int level;
        boolean active;
        double balance;
        long createdAt;
        String city = "";
        String department = "";
        List<Integer> permissions = new ArrayList<>();

        /** For serializers. */
        public User() {}

        User(int number) {
            id = 1_000_000_000L + number;
            name = "user number " + number;
            email = "user" + number + "@example.org";
            phone = "+49 30 1234567" + number;
            age = 20 + number;
            level = number % 5;
            active = number % 3 != 0;
            balance = 1_234.56 + number / 7.0;
            createdAt = 1_700_000_000_000L + number * 86_400_123L;
            city = number % 2 == 0 ? "Berlin" : "Hamburg";
            department = "department of things";
            for (int i = 0; i < 19; i++) {
                permissions.add(number * 100 + i * 7);
            }
        }
    }
}
