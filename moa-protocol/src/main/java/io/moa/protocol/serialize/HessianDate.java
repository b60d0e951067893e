package io.moa.protocol.serialize;

import java.io.IOException;
import java.util.Date;

/** A {@link Date}: Hessian has a code for it, so reading one never asks for a type. */
@SuppressWarnings("JavaUtilDate") // the old type is what is carried
final class HessianDate extends HessianType {

    HessianDate() {
        super(Date.class.getName());
    }

    @Override
    void write(Object value, GuardedOutput out) throws IOException {
        out.writeUTCDate(((Date) value).getTime());
    }
}
