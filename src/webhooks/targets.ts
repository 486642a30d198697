import ipaddr from 'ipaddr.js';

export type TargetCheck =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly code: 'invalid_url' | 'forbidden_target'; readonly detail: string };

/** Where webhooks may go. */
export interface Targets {
  /** Looks at the address as it is written; names are looked up only when something is sent. */
  check(text: string): TargetCheck;
  /** May a connection to this name go to this IP address? Asked with what the name leads to, at every connection. */
  allows(hostname: string, address: string): boolean;
}

type Range = readonly [base: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

const MAX_URL_LENGTH = 2_048;
const PUBLIC_PORTS = new Set(['', '443', '8443']);
/** Names that never leave the machine or the local network (RFC 6761, RFC 6762, and what clouds call their own). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|localdomain)$/;

/** IPv6 in use on the Internet is 2000::/3; of that, protocol assignments (Teredo), examples and 6to4 lead elsewhere. */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');
const NOT_PUBLIC_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16'].map((range) =>
  ipaddr.IPv6.parseCIDR(range),
);

/**
 * @param allowed Names, IP addresses and ranges (`hooks.internal`, `10.1.2.3`, `10.0.0.0/8`) that may be private; there
 *   plain http and any port are allowed too.
 */
export function createTargets(allowed: readonly string[] = []): Targets {
  const names = new Set(allowed.map((entry) => entry.toLowerCase()));
  const ranges = allowed.flatMap(rangeOf);
  const inRanges = (address: string): boolean => {
    const parsed = ipaddr.process(address);
    return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
  };
  const isAllowed = (hostname: string): boolean =>
    names.has(hostname) || (ipaddr.isValid(hostname) && inRanges(hostname));

  return {
    check(text) {
      if (text.length > MAX_URL_LENGTH) return invalid(`longer than ${MAX_URL_LENGTH} characters`);
      if (text.includes('%00') || !URL.canParse(text)) return invalid('not an absolute URL');
      // The URL standard turns every spelling of an address (2130706433, 0x7f.1, ①②⑦.⓪.⓪.①) into one.
      const url = new URL(text);
      const hostname = hostOf(url);
      if (url.username !== '' || url.password !== '') return invalid('with a user or password in it');
      if (url.protocol !== 'https:' && url.protocol !== 'http:')
        return invalid(`a scheme of ${url.protocol}`);
      if (isAllowed(hostname)) return { ok: true, url };
      if (ipaddr.isValid(hostname)) {
        if (!isPublic(hostname)) return forbidden('an address that is not public');
      } else if (LOCAL_NAME.test(hostname) || !hostname.includes('.')) {
        return forbidden('a name of the local network');
      } else if (hostname.split('.').some((label) => label.startsWith('xn--'))) {
        return invalid('a name that may look like another; write it in ASCII');
      }
      if (url.protocol !== 'https:') return invalid('plain http');
      if (!PUBLIC_PORTS.has(url.port)) return invalid(`port ${url.port}`);
      return { ok: true, url };
    },
    allows: (hostname, address) =>
      names.has(hostname.toLowerCase()) || isPublic(address) || inRanges(address),
  };
}

/** A range, or an address as a range of one; nothing for a name. */
function rangeOf(entry: string): readonly Range[] {
  if (ipaddr.isValidCIDR(entry)) return [ipaddr.parseCIDR(entry)];
  if (!ipaddr.isValid(entry)) return [];
  const address = ipaddr.parse(entry);
  return [[address, address.kind() === 'ipv4' ? 32 : 128]];
}

const invalid = (what: string): TargetCheck => ({
  ok: false,
  code: 'invalid_url',
  detail: `expected https on port 443 or 8443, got ${what}`,
});

const forbidden = (what: string): TargetCheck => ({
  ok: false,
  code: 'forbidden_target',
  detail: `expected a public address, got ${what}`,
});

/** Without the brackets of IPv6 and the dot of a fully qualified name. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

function isPublic(address: string): boolean {
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast';
  return parsed.match(PUBLIC_IPV6) && !NOT_PUBLIC_IPV6.some((range) => parsed.match(range));
}
