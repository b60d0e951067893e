package io.moa.client.cluster;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.observe.Observation;
import io.moa.governance.outlier.Ejections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log and whoever observes the client, once for each, who is ejected and why, and who is back. */
final class EjectionLog implements Ejections.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(EjectionLog.class);

    private final ServiceId service;
    private final Observation observation;
    private final Runnable then;

    /**
     * A log.
     *
     * @param then what follows each of both; must not block, and may be called under a lock of the instance's standing
     */
    EjectionLog(ServiceId service, Observation observation, Runnable then) {
        this.service = service;
        this.observation = observation;
        this.then = then;
    }

    @Override
    public void ejected(Instance instance, String why) {
        LOG.warn("{}: {} is ejected: {}", service, instance, why);
        observation.ejected(service, instance, why);
        then.run();
    }

    @Override
    public void released(Instance instance, int ejections) {
        LOG.info("{}: {} is called again, after {} ejections", service, instance, ejections);
        observation.released(service, instance);
        then.run();
    }
}
