import ipaddr from 'ipaddr.js';
import type { Request } from 'express';

const addresses = new WeakMap<Request, string>();

/** A client for the limits: an IPv4 address, or the /56 of IPv6 that one customer has. Found once for each request, which several limits ask for. */
export function clientAddress(req: Request): string {
  const known = addresses.get(req);
  if (known !== undefined) return known;
  const address = addressOf(req.ip ?? '');
  addresses.set(req, address);
  return address;
}

function addressOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  // IPv4 as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4'
    ? address.toString()
    : Buffer.from(address.toByteArray()).toString('hex', 0, 7);
}
