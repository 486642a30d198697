import ipaddr from 'ipaddr.js';
import type { Request as ExpressRequest } from 'express';

declare module 'express-serve-static-core' {
  interface Request {
    /** Kept by `clientIp`. */
    clientIp?: string;
    /** Kept by `clientAddress`. */
    clientAddress?: string;
  }
}

/** The client's IP address, behind as many proxies as TRUSTED_PROXIES says. Express finds it anew at each asking; limits, log and audit log all ask. */
export function clientIp(req: ExpressRequest): string {
  return (req.clientIp ??= req.ip ?? '');
}

/** A client for the limits: an IPv4 address, or the /56 of IPv6 that one customer has. */
export function clientAddress(req: ExpressRequest): string {
  return (req.clientAddress ??= addressOf(clientIp(req)));
}

function addressOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  // IPv4 as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4'
    ? address.toString()
    : Buffer.from(address.toByteArray()).toString('hex', 0, 7);
}
