package io.dure.base;

/** A host name or address, and a port from 0 (any free one, only when listening) to 65535. */
public record Endpoint(String host, int port) {
  public Endpoint {
    Check.that(port >= 0 && port <= 65_535, "port %d is not within 0 to 65535", port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
