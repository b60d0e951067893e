package io.moa.node.local;

import io.moa.discovery.Address;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Opens the way to a local process by its URL. Functions without state, for any thread. */
public final class LocalProcesses {

    private static final String FORMS = "resp://127.0.0.1:6000, resp+unix:/run/shop.sock, http://127.0.0.1:8000/moa,"
            + " fastcgi://127.0.0.1:9000/srv/shop.php or fastcgi+unix:/run/php/fpm.sock:/srv/shop.php";

    private LocalProcesses() {}

    /**
     * The way to a process. Nobody is connected to before something is asked.
     *
     * @param url {@code resp://host:port}, {@code resp+unix:/path}, {@code http://host:port/path}, {@code fastcgi://host:port/script} or {@code
     *     fastcgi+unix:/path:/script}
     * @param healthPath for HTTP the path that is asked by health checks, and answers 2xx; null for none
     * @param maxBytes the longest answer
     * @throws IllegalArgumentException if the URL is none of these; the message says which there are
     */
    public static LocalProcess open(String url, @Nullable String healthPath, int maxBytes) {
        if (healthPath != null && !url.startsWith("http:")) {
            throw new IllegalArgumentException(
                    "Only a process that speaks HTTP has a path for health checks, not " + url);
        }
        if (healthPath != null && (!healthPath.startsWith("/") || healthPath.startsWith("//"))) {
            throw new IllegalArgumentException(
                    "The path for health checks begins with one /, such as /health, and not so: " + healthPath);
        }
        if (url.startsWith("resp+unix:")) {
            return new SocketProcess(url, new Address.Unix(url.substring(10)), new RespDialect(maxBytes));
        }
        if (url.startsWith("fastcgi+unix:")) {
            String rest = url.substring(13);
            int colon = rest.indexOf(":/");
            if (colon < 1) {
                throw new IllegalArgumentException("The script is missing in " + url + ": expected " + FORMS);
            }
            return new SocketProcess(
                    url,
                    new Address.Unix(rest.substring(0, colon)),
                    new FastCgiDialect(rest.substring(colon + 1), maxBytes));
        }
        URI uri = parse(url);
        String host = uri.getHost();
        String scheme = String.valueOf(uri.getScheme());
        boolean http = scheme.equals("http");
        if (host == null || uri.getPort() > 65_535 || (uri.getPort() < 1 && !http) || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(url + " names no process: expected " + FORMS);
        }
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        switch (scheme) {
            case "http" -> {
                return new HttpProcess(uri, healthPath == null ? null : uri.resolve(healthPath), maxBytes);
            }
            case "resp" -> {
                return new SocketProcess(url, new Address.Tcp(plain, uri.getPort()), new RespDialect(maxBytes));
            }
            case "fastcgi" -> {
                String script = uri.getPath();
                if (script == null || script.length() < 2) {
                    throw new IllegalArgumentException("The script is missing in " + url + ": expected " + FORMS);
                }
                return new SocketProcess(
                        url, new Address.Tcp(plain, uri.getPort()), new FastCgiDialect(script, maxBytes));
            }
            default -> throw new IllegalArgumentException(url + " names no process: expected " + FORMS);
        }
    }

    private static URI parse(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(url + " is no URL (" + e.getReason() + "): expected " + FORMS, e);
        }
    }
}
