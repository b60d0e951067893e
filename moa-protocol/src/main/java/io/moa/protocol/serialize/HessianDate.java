package io.moa.protocol.serialize;

import java.util.Date;

/** A {@link Date}: Hessian has a code for it, so reading one never asks for a type. */
@SuppressWarnings("JavaUtilDate") // the old type is what is carried
final class HessianDate extends HessianType {

    static final int HEAP = 32;

    HessianDate() {
        super(Date.class.getName(), HeapCost.of(HEAP));
    }

    @Override
    void write(Object value, HessianOut out) {
        out.writeDate(((Date) value).getTime());
    }

    static Date of(long epochMillis) {
        return new Date(epochMillis);
    }
}
