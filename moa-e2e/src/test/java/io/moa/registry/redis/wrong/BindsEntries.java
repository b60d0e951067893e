package io.moa.registry.redis.wrong;

import com.fasterxml.jackson.databind.ObjectMapper;

/** A registry that makes objects out of what strangers wrote, on purpose; see {@code RulesCanFailTest}. */
public record BindsEntries(ObjectMapper mapper) {}
