package io.moa.protocol.serialize;

/**
 * What reading one value of a type takes from the heap, in bytes: the value itself and what is thrown away while it is
 * made, but not the values in it, which are counted by themselves.
 *
 * @param self once for each value
 * @param each for each element or entry, if their number stands in front
 * @param eachOpen for each element or entry, if they run to an end code, so that tables grow on the way
 * @param eachByte for each byte that the value takes in the body; for values made of texts and digits
 */
record HeapCost(int self, int each, int eachOpen, int eachByte) {

    static HeapCost of(int self) {
        return new HeapCost(self, 0, 0, 0);
    }

    static HeapCost perByte(int self, int eachByte) {
        return new HeapCost(self, 0, 0, eachByte);
    }

    static HeapCost perElement(int self, int each) {
        return new HeapCost(self, each, each, 0);
    }

    HeapCost plus(int more) {
        return new HeapCost(self + more, each, eachOpen, eachByte);
    }
}
