package io.moa.e2e.hostile;

import com.google.protobuf.Struct;
import io.moa.annotation.MoaService;
import io.moa.discovery.ServiceId;

/** A service that speaks Protobuf. */
@MoaService(serializer = "protobuf")
public interface Mint {

    ServiceId SERVICE = ServiceId.of(Mint.class.getName());
    String METHOD_STRUCT = "struct(com.google.protobuf.Struct)";

    Struct struct(Struct struct);
}
