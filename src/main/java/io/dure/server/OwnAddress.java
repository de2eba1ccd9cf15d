package io.dure.server;

import io.dure.base.Endpoint;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node that listens on every address of its machine, and was given none to tell, tells. */
final class OwnAddress {
  private static final Logger LOG = LoggerFactory.getLogger(OwnAddress.class);
  private static final List<String> EVERY = List.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

  private OwnAddress() {}

  static boolean isEvery(Endpoint listen) {
    return EVERY.contains(listen.host());
  }

  /**
   * The address that this machine's name stands for, or where that is loopback (as many systems
   * have it) one that others can reach. A machine without a network has loopback alone.
   */
  static String find() {
    return named().or(OwnAddress::onTheNetwork).orElse("127.0.0.1");
  }

  private static Optional<String> named() {
    try {
      InetAddress named = InetAddress.getLocalHost();
      return Optional.of(named).filter(OwnAddress::isReachable).map(InetAddress::getHostAddress);
    } catch (IOException nameless) {
      LOG.debug("this machine's name stands for no address", nameless);
      return Optional.empty();
    }
  }

  private static Optional<String> onTheNetwork() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(OwnAddress::isUp)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && isReachable(address))
          .map(InetAddress::getHostAddress)
          .findFirst();
    } catch (IOException unreadable) {
      LOG.debug("the network's interfaces cannot be listed", unreadable);
      return Optional.empty();
    }
  }

  private static boolean isUp(NetworkInterface each) {
    try {
      return each.isUp() && !each.isLoopback() && !each.isPointToPoint();
    } catch (IOException goneMeanwhile) {
      return false;
    }
  }

  private static boolean isReachable(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isAnyLocalAddress();
  }
}
