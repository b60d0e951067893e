package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.CollectionDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import java.io.IOException;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Jackson's own reader of sets, with a {@link KeyGuard} before what is read into. */
final class JsonGuardedSet extends CollectionDeserializer {

    private static final long serialVersionUID = 1L;

    private final long maxWork;

    private JsonGuardedSet(CollectionDeserializer from, long maxWork) {
        super(from);
        this.maxWork = maxWork;
    }

    /**
     * Puts it in the place of Jackson's, wherever a set is declared.
     *
     * @param maxWork how many steps all sets of a body may take
     */
    static BeanDeserializerModifier modifier(long maxWork) {
        return new BeanDeserializerModifier() {
            private static final long serialVersionUID = 1L;

            @Override
            public JsonDeserializer<?> modifyCollectionDeserializer(
                    DeserializationConfig config,
                    CollectionType type,
                    BeanDescription description,
                    JsonDeserializer<?> deserializer) {
                return Set.class.isAssignableFrom(type.getRawClass())
                                && deserializer.getClass() == CollectionDeserializer.class
                        ? new JsonGuardedSet((CollectionDeserializer) deserializer, maxWork)
                        : deserializer;
            }
        };
    }

    @Override
    protected CollectionDeserializer withResolved(
            @Nullable JsonDeserializer<?> delegate,
            @Nullable JsonDeserializer<?> value,
            @Nullable TypeDeserializer type,
            com.fasterxml.jackson.databind.deser.NullValueProvider nulls,
            @Nullable Boolean unwrap) {
        return new JsonGuardedSet(super.withResolved(delegate, value, type, nulls, unwrap), maxWork);
    }

    @Override
    protected Collection<Object> _deserializeFromArray(
            JsonParser json, DeserializationContext context, Collection<Object> result) throws IOException {
        Work work = (Work) context.getAttribute(Work.class);
        if (work == null) {
            work = new Work(maxWork);
            context.setAttribute(Work.class, work);
        }
        super._deserializeFromArray(json, context, new Guarded(result, work.keys(result instanceof SortedSet)));
        return result;
    }

    /** What is left for the body that is being read. */
    private static final class Work implements HeapBudget {
        private final long most;
        private long left;

        Work(long most) {
            this.most = most;
            this.left = most;
        }

        @Override
        public void charge(long bytes) {} // of JSON, the size of the body is what is bounded

        @Override
        public void work(long steps) {
            left -= steps;
            if (left < 0) {
                throw HessianIn.overWork(most);
            }
        }
    }

    /** What Jackson adds to. */
    private static final class Guarded extends AbstractCollection<Object> {
        private final Collection<Object> set;
        private final KeyGuard guard;

        Guarded(Collection<Object> set, KeyGuard guard) {
            this.set = set;
            this.guard = guard;
        }

        @Override
        public boolean add(@Nullable Object element) {
            guard.pass(element);
            return set.add(element);
        }

        @Override
        public Iterator<Object> iterator() {
            return set.iterator();
        }

        @Override
        public int size() {
            return set.size();
        }
    }
}
