package io.moa.invoke.wrong;

import io.netty.buffer.ByteBuf;

/** A word of the vocabulary that knows a library, on purpose; see {@code RulesCanFailTest}. */
public record KnowsALibrary(ByteBuf bytes) {}
