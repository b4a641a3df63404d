package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The accounts that may connect. The nodes of one cluster share one store: the salt that a name is
 * answered with, whether there is such an account or not, is then the same on all of them.
 *
 * <p>Safe for use by many threads. A change counts for exchanges that begin after it.
 */
public final class UserStore {
  private static final int SECRET_LENGTH = 32;

  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private final byte[] saltSecret = new byte[SECRET_LENGTH];
  private final byte[] keySecret = new byte[SECRET_LENGTH];

  /** A store that is empty for now. */
  public UserStore() {
    SecureRandom random = new SecureRandom();
    random.nextBytes(saltSecret);
    random.nextBytes(keySecret);
  }

  /** A store with these accounts. */
  public static UserStore of(Account... accounts) {
    UserStore store = new UserStore();
    for (Account account : accounts) {
      store.put(account);
    }
    return store;
  }

  /** Adds an account, in place of one of the same name. */
  public void put(Account account) {
    accounts.put(account.name(), account);
  }

  /** Removes the account of this name, if there is one. */
  public void remove(String name) {
    accounts.remove(name);
  }

  /**
   * The credential of {@code name}, or a decoy that always has the same salt and that nobody can
   * satisfy. Takes as long in either case.
   */
  Credential credential(String name, ScramHash hash) {
    Credential decoy = decoy(name, hash);
    @Nullable Account account = accounts.get(name);
    return account == null ? decoy : account.credential(hash);
  }

  private Credential decoy(String name, ScramHash hash) {
    byte[] bytes = name.getBytes(UTF_8);
    ScramSalt salt = new ScramSalt(hash.hmac(saltSecret, bytes), ScramSalt.ITERATIONS);
    return Credential.decoy(hash, salt, hash.hmac(keySecret, bytes));
  }
}
