/**
 * Serialization: values to bytes and back, bound to the declared types of a method and to a list of allowed classes.
 *
 * <p>For users who choose a {@link io.moa.protocol.serialize.Serializer} and for extenders who write one. A serializer is
 * found once at start ({@link io.moa.protocol.serialize.Serializers}), binds once per method, and gives a {@link
 * io.moa.protocol.serialize.BodyCodec} that the call path uses. Bytes never choose a class that is not on the {@link
 * io.moa.protocol.serialize.AllowList}: the list is on from the first day and has no switch to turn it off; {@link io.moa.protocol.serialize.RefusedNames} learns what
 * it lacks.
 */
@NullMarked
package io.moa.protocol.serialize;

import org.jspecify.annotations.NullMarked;
