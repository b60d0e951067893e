package io.moa.client.cluster;

/** Told whether an instance says anything, and that it leaves, by its uuid. By threads that must not be blocked. */
interface Hearing {

    /** Nobody wants to know. */
    Hearing NOBODY = new Hearing() {
        @Override
        public void silent(String uuid) {}

        @Override
        public void heard(String uuid) {}

        @Override
        public void leaves(String uuid) {}
    };

    /** It says nothing although it was asked; may be told again. */
    void silent(String uuid);

    /** It was heard again, or nobody listens to it any more. */
    void heard(String uuid);

    /** It has said that it closes. */
    void leaves(String uuid);
}
