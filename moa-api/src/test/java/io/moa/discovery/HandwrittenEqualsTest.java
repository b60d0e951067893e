package io.moa.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records whose {@code equals} is written by hand (decision 0014): each component counts, also one that is added some day. */
class HandwrittenEqualsTest {

    private static final Map<Class<?>, Object[]> TWO_VALUES = Map.of(
            String.class, new Object[] {"a", "b"},
            int.class, new Object[] {1, 2},
            Set.class, new Object[] {Set.of("x"), Set.of("y")},
            ServiceId.class, new Object[] {ServiceId.of("one"), ServiceId.of("two")});

    @ParameterizedTest
    @ValueSource(classes = {Address.Tcp.class, ServiceId.class, ServiceExport.class})
    void eachComponentCounts(Class<? extends Record> type) throws Exception {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
        Object[] values =
                Arrays.stream(types).map(each -> TWO_VALUES.get(each)[0]).toArray();
        Record one = constructor.newInstance(values);
        assertThat(one).isEqualTo(constructor.newInstance(values)).hasSameHashCodeAs(constructor.newInstance(values));
        assertThat(one).isNotEqualTo(null).isNotEqualTo("a");
        for (int i = 0; i < types.length; i++) {
            Object[] others = values.clone();
            others[i] = TWO_VALUES.get(types[i])[1];
            assertThat(constructor.newInstance(others))
                    .as(components[i].getName())
                    .isNotEqualTo(one)
                    .doesNotHaveSameHashCodeAs(one);
        }
    }
}
