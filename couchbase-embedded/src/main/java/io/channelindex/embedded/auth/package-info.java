/**
 * The server's side of SASL: accounts, their salted verifiers, and the exchange of one connection.
 *
 * <pre>
 *   SASL_AUTH ─▶ SaslExchange.start ─┐                       ┌─▶ ScramExchange (RFC 5802)
 *   SASL_STEP ─▶ SaslExchange.step  ─┴─▶ SaslMechanism ──────┤
 *                                                            └─▶ PlainMessage (RFC 4616)
 *                     UserStore ─▶ Account ─▶ ScramVerifier ◀── checked by both
 * </pre>
 *
 * <p>A store holds no password, only what SCRAM needs to recognize one; PLAIN derives the same
 * verifier from the password that it received. A name that nobody has is answered with a decoy that
 * no password fits, so that an exchange does not tell unknown names from wrong passwords.
 *
 * <p>Source: RFC 5802 and RFC 7677 (SCRAM), RFC 4616 (PLAIN), {@code docs/sasl.md} of
 * couchbase/kv_engine (framing), and the captures of real servers.
 */
@NullMarked
package io.channelindex.embedded.auth;

import org.jspecify.annotations.NullMarked;
